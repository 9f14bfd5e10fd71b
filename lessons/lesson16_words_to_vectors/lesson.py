# %% [markdown]
# # 16 · Words to vectors
