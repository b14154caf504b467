"""To register, to be found, and to sign in."""

from app.domain.users import UserFlat, UserUncommitted
from app.infrastructure.application import AuthenticationError, ConflictError, PrimaryKey
from app.infrastructure.authentication import Token, hash_password, is_password, issue_token
from app.infrastructure.database import transaction
from app.infrastructure.database.repository import UsersRepository
from app.infrastructure.mailing import Mailer

__all__ = ("get", "register", "sign_in")


async def register(email: str, full_name: str, password: str) -> UserFlat:
    """Add a user, and welcome them by mail."""
    schema = UserUncommitted(
        email=email, full_name=full_name, password_hash=await hash_password(password)
    )
    try:
        async with transaction():
            user = await UsersRepository().create(schema)
    except ConflictError as error:
        raise ConflictError("This address is registered already.", code="email_taken") from error
    async with Mailer() as mailer:
        await mailer.send(user.email, "Welcome", f"Welcome to the desk, {user.full_name}.")
    return user


async def get(user_id: PrimaryKey) -> UserFlat:
    """Return a user."""
    async with transaction():
        return await UsersRepository().get(user_id)


async def sign_in(email: str, password: str) -> tuple[UserFlat, Token]:
    """Return the user and a token; who is not known and a wrong password look the same."""
    async with transaction():
        user = await UsersRepository().find_by_email(email)
    fits = await is_password(password, user.password_hash if user else None)
    if user is None or not fits:
        raise AuthenticationError("The address or the password is wrong.", code="wrong_credentials")
    return user, issue_token(user.id)
