"""A citizen adds a photo with nothing but a browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from hotline.pictures import without_traces
from tests import pictures
from tests.browser.conftest import Site
from tests.browser.test_public_pages import file_a_request


def test_a_photo_is_added_and_fetched_without_scripts(plain_page: Page, site: Site) -> None:
    """The form takes a photo, lists it by its name and gives it back without the place it was taken at; a program is
    refused in a sentence on the same page."""
    file_a_request(plain_page, site)
    plain_page.get_by_role("link", name="现在查看进度").click()
    plain_page.get_by_label("选择照片或文件").set_input_files(
        {"name": "路灯.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg()}
    )
    plain_page.get_by_role("button", name="上传").click()
    expect(plain_page.get_by_role("status")).to_contain_text("已记录")
    link = plain_page.locator("#own-files a")
    expect(link).to_have_text("路灯.jpg")
    with plain_page.expect_download() as download:
        link.click()
    assert Path(download.value.path()).read_bytes() == without_traces(pictures.jpeg(), "jpeg")
    plain_page.get_by_label("选择照片或文件").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"MZ a program"}
    )
    plain_page.get_by_role("button", name="上传").click()
    expect(plain_page.get_by_role("alert")).to_contain_text("只能上传")
    expect(plain_page.locator("#own-files li")).to_have_count(1)
