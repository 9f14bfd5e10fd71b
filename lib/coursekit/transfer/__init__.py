"""Transfer learning for a folder of pictures. Built in lesson 08.

::

    from coursekit import transfer

    report = transfer.from_folder("my_pictures")  # one folder per class
    print(report)
    report.pictures()
    report.predict("another.jpg")
"""

from coursekit.transfer.folder import from_folder
from coursekit.transfer.report import Report

__all__ = ["Report", "from_folder"]
