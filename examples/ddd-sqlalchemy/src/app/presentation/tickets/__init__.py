from .rest import register

__all__ = ("register",)
