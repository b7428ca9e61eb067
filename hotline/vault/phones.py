"""One spelling for each telephone number and name, so that the blind index finds what the ear would call the same."""

import re
import unicodedata

import phonenumbers

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")
_SEPARATORS = re.compile(r"[\s\-.()·‐-―_/]+")
# Short codes by the ministry's numbering plan (电信网编号计划, 2017): 1XX emergency and enquiry, 10XXX carriers,
# 12XXX government and social services, 95XXX(X) national and 96XXX(X) provincial customer services.
_SHORT = re.compile(r"11[0-9]|12[0-2]|1[0-2]\d{3}|116\d{3}|118\d{3}|9[56]\d{3,4}")
_SERVICE = re.compile(r"[48]00\d{7}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_EXTENSION = re.compile(r"(?:转|ext\.?|x|#|,)\s*(\d{1,6})$", re.IGNORECASE)


class NotAPhone(ValueError):
    """The text is no telephone number; the sentence says what is, and never repeats what was typed."""

    code = "not_a_phone"

    def __init__(self) -> None:
        super().__init__(
            "不是有效的电话号码：请填写 11 位手机号、带区号的固定电话、400/800 号码或 12345 一类的短号。"
            "Not a telephone number: give an 11-digit mobile number, a landline with its area code, "
            "a 400/800 number or a short code such as 12345."
        )


def visible(text: str) -> str:
    """The text in one width (NFKC) and without characters nobody sees."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def normalise_phone(text: str) -> str:
    """The one spelling of a number: digits as dialled inside China ("13800000000", "02888880000", "12345"),
    "+…" for numbers abroad, "#12" appended for an extension. Raises NotAPhone (a ValueError)."""
    plain = visible(text).strip()
    extension = _EXTENSION.search(plain)
    if extension:
        return f"{normalise_phone(plain[: extension.start()])}#{extension.group(1)}"
    digits = _SEPARATORS.sub("", plain)
    if re.fullmatch(r"(\+|00)86\d+", digits):
        digits = digits[3:] if digits.startswith("+") else digits[4:]
    if not re.fullmatch(r"\+?[0-9]{3,15}", digits):
        raise NotAPhone
    if re.fullmatch(r"86(1[3-9]\d{9}|0\d{10,11})", digits):
        digits = digits[2:]
    if any(shape.fullmatch(digits) for shape in (_SHORT, _SERVICE, _MOBILE)):
        return digits
    return _by_library(digits)


def _by_library(digits: str) -> str:
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        raise NotAPhone from None
    abroad = digits.startswith(("+", "00"))
    # Without its area code a landline rings in another city.
    if not phonenumbers.is_valid_number(number) or not (abroad or digits.startswith("0") or len(digits) >= 10):
        raise NotAPhone
    if number.country_code != 86:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = str(number.national_number)
    return national if _MOBILE.fullmatch(national) else f"0{national}"


def phone_or_none(given: str) -> str | None:
    """What `normalise_phone` gives, or None: another platform may have written down what is no number."""
    try:
        return normalise_phone(given)
    except NotAPhone:
        return None


def takes_texts(spelled: str) -> bool:
    """Whether a text message can reach a number as `normalise_phone` spells it: a mobile here, or any number abroad."""
    return _MOBILE.fullmatch(spelled) is not None or (spelled.startswith("+") and "#" not in spelled)


def normalise_name(text: str) -> str:
    """A name without spaces, width and case differences."""
    return "".join(visible(text).split()).casefold()
