"""What is written to people about their accounts."""

from westmarch.accounts.one_time_links import LAST, Kind


def with_link(kind: Kind, *, site: str, name: str, address: str) -> tuple[str, str]:
    """Subject and text of a letter with a one-time link."""
    hours = int(LAST[kind].total_seconds()) // 3600
    lasting = f"{hours // 24} days" if hours > 24 else "one day" if hours == 24 else "one hour"
    if kind == "invitation":
        subject, why = f"Your account at {site}", f"you are invited to {site}, as {name}. This link lets you in:"
    elif kind == "reset":
        subject = f"A new password for {site}"
        why = f"somebody, probably you, has asked for a new password for {name} at {site}. This link lets you set one:"
    else:
        subject, why = f"Sign in at {site}", f"this link lets you in at {site}, as {name}:"
    text = (
        f"Hello,\n\n{why}\n\n{address}\n\n"
        f"It works once, within {lasting}. Keep it to yourself: whoever has it can sign in as you.\n"
    )
    if kind == "reset":
        text += "If it was not you, there is nothing to do: the old password stays as it is.\n"
    return " ".join(subject.split()), text


def with_another_address(*, site: str, name: str, gone: bool) -> tuple[str, str]:
    """Subject and text of the letter to the address that an account had. The new one is not told: this one may be lost.

    `gone` is whether the account has no address any more.
    """
    now = "has no e-mail address any more" if gone else "has another e-mail address now"
    text = (
        f"Hello,\n\nthe account {name} at {site} {now}. No letters go to this one any more, nor does it sign in.\n"
        "\nIf it was not you, tell an owner of the site at once: they can sign the account out and let you in again.\n"
    )
    return " ".join(f"Another e-mail address for {name} at {site}".split()), text
