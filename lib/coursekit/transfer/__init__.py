"""Transfer learning for a folder of pictures. Built in lesson 08.

::

    from coursekit import transfer

    report = transfer.from_folder("my_pictures")  # one folder per class
    print(report)
    report.pictures()
    report.predict("another.jpg")
"""

from coursekit.transfer.folder import Report, from_folder

__all__ = ["Report", "from_folder"]
