"""What a citizen can do with nothing but a browser."""

import re
from datetime import timedelta
from uuid import UUID

from playwright.sync_api import Page, expect

from hotline.handoff import messages as m
from tests.browser.conftest import Site
from tests.workers.acting import DISPATCHER, LEADER, OPERATOR, REVIEWER, SUPERVISOR, act, clerk, units
from workers.web.proof import CITIZEN

TEXT = "我们小区门口的路灯坏了半个多月，晚上老人出门看不见路，请尽快派人来修。"


def file_a_request(page: Page, site: Site, *, phone: str = "13800001234", preference: str = "voice") -> tuple[str, str]:
    """Fill the form in as a citizen would; returns number and code."""
    page.goto(site.url + "/")
    page.get_by_label("诉求内容").fill(TEXT)
    page.get_by_label("具体地点").fill("样例路 12 号小区大门口")
    page.get_by_label("称呼").fill("林小满")
    page.get_by_label("联系电话").fill(phone)
    page.locator(f"input[name=preference][value={preference}]").check()
    page.get_by_role("button", name="提交").click()
    return page.locator("#number").inner_text(), page.locator("#code").inner_text()


def ticket_of(site: Site, number: str) -> UUID:
    found = site.house.hotline.find(number)
    assert found is not None
    return found


def classified(site: Site, ticket: UUID) -> None:
    leaf = next(code for code, entry in site.house.rules.categories.items() if entry.parent is not None)
    path = site.house.rules.category_path(leaf)
    act(site.house, ticket, "classify", OPERATOR, type="complaint", category=path)


def test_a_request_is_filed_and_followed_without_scripts(plain_page: Page, site: Site) -> None:
    """Given scripts are off, a request can be filed, and number and code open its page on another visit."""
    number, code = file_a_request(plain_page, site)
    assert re.fullmatch(r"\d{14}", number)
    assert re.fullmatch(r"[A-Z2-9]{8}", code)
    plain_page.context.clear_cookies()
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.get_by_label("工单编号")).to_have_value(number)
    plain_page.get_by_label("查询码").fill(code.lower())
    plain_page.get_by_role("button", name="查询").click()
    expect(plain_page).to_have_url(f"{site.url}/t/{number}")
    expect(plain_page.locator("#milestones li")).to_have_count(1)
    expect(plain_page.locator("#state")).to_contain_text("已受理")
    assert code not in plain_page.url


def test_the_page_tells_the_whole_life(plain_page: Page, site: Site) -> None:
    """Return, adjudication, co-handler, extension, rejected answer and rework all show as milestones, newest first, and
    nothing internal does."""
    number, _ = file_a_request(plain_page, site)
    ticket = ticket_of(site, number)
    house, (first, second, helper, *_) = site.house, units(site.house)
    classified(site, ticket)
    act(house, ticket, "dispatch", DISPATCHER, lead=first, co=[helper])
    act(
        house, ticket, "request-return", clerk(first), reason="不属于我单位职责的内部理由", legal_basis="三定方案第五条"
    )
    act(house, ticket, "accept-return", DISPATCHER)
    act(house, ticket, "dispatch", DISPATCHER, lead=second)
    act(house, ticket, "sign", clerk(second))
    act(house, ticket, "contact", clerk(second), way="voice")
    act(house, ticket, "request-extension", clerk(second), days=3, reason="等待配件")
    act(house, ticket, "grant-extension", SUPERVISOR, told_reason="灯杆配件需要定制")
    act(house, ticket, "note", OPERATOR, text="仅供内部查看的备注")
    reply = {"internal_result": "已修", "public_reply": "路灯已全部修复并试亮。", "claimed": "resolved"}
    act(house, ticket, "reply", clerk(second), **reply)
    act(house, ticket, "review", REVIEWER, accept=True, passed=list(house.rules.review_checks))
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.locator("#verdict")).to_contain_text("尚未评价")
    codes = [li.get_attribute("data-code") for li in plain_page.locator("#milestones li").all()]
    assert codes == ["replied", "extended", "handling", "signed", "redispatched", "dispatched", "received"]
    page = plain_page.content()
    assert "路灯已全部修复并试亮" in page
    assert "灯杆配件需要定制" in page
    for internal in ("内部理由", "三定方案", "内部查看", "等待配件", "op1", "13800001234", "林小满"):
        assert internal not in page


def test_a_citizen_rates_and_sees_it_beside_the_units_claim(plain_page: Page, site: Site) -> None:
    """A verdict given on the page closes the ticket or sends it to triage, and stands beside what the unit says."""
    number, _ = file_a_request(plain_page, site)
    ticket = ticket_of(site, number)
    lead = units(site.house)[0]
    classified(site, ticket)
    act(site.house, ticket, "dispatch", DISPATCHER, lead=lead)
    act(site.house, ticket, "sign", clerk(lead))
    act(site.house, ticket, "contact", clerk(lead), way="voice")
    reply = {"internal_result": "已修", "public_reply": "路灯已修复。", "claimed": "resolved"}
    act(site.house, ticket, "reply", clerk(lead), **reply)
    act(site.house, ticket, "review", REVIEWER, accept=True, passed=list(site.house.rules.review_checks))
    plain_page.goto(f"{site.url}/t/{number}")
    plain_page.locator("input[value=unresolved]").check()
    plain_page.locator("input[value=dissatisfied]").check()
    plain_page.get_by_label("还想说些什么").fill("还是不亮")
    plain_page.get_by_role("button", name="评价").click()
    expect(plain_page.get_by_role("status")).to_contain_text("已记录")
    expect(plain_page.locator("#verdict")).to_contain_text("未解决")
    state = site.house.hotline.ticket(ticket)
    assert state is not None
    assert state.unhappy
    act(site.house, ticket, "rework", REVIEWER, reason="现场仍不亮")
    plain_page.reload()
    expect(plain_page.locator("#milestones li").first).to_have_attribute("data-code", "rework")


def test_urge_add_and_withdraw(plain_page: Page, site: Site) -> None:
    """Each is one form; an urge too many is refused in words and changes nothing."""
    number, _ = file_a_request(plain_page, site)
    ticket = ticket_of(site, number)
    plain_page.goto(f"{site.url}/t/{number}")
    plain_page.get_by_role("button", name="催办").click()
    expect(plain_page.get_by_role("status")).to_contain_text("已记录")
    expect(plain_page.get_by_role("button", name="催办")).to_have_count(0)
    act(site.house, ticket, "ask-supplement", OPERATOR, question="请问是哪几盏路灯？")
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.get_by_text("请问是哪几盏路灯？").first).to_be_visible()
    plain_page.get_by_label("补充说明").fill("大门左侧三盏")
    plain_page.get_by_role("button", name="发送").click()
    expect(plain_page.locator("#milestones li").first).to_have_attribute("data-code", "supplement_given")
    plain_page.locator("summary").click()
    plain_page.get_by_label("我确认撤回").check()
    plain_page.get_by_role("button", name="撤回诉求").click()
    expect(plain_page.locator("#state")).to_contain_text("已撤单")


def test_wrong_number_and_wrong_code_look_alike(plain_page: Page, site: Site) -> None:
    """Nobody learns from the answer whether a number exists; after five tries the pair is shut, the link is not."""
    number, _ = file_a_request(plain_page, site)
    other = site.house.hotline.find("26030200000000")
    assert other is None
    answers = []
    for tried in (number, "11111111111111"):
        plain_page.context.clear_cookies()
        plain_page.goto(site.url + "/")
        plain_page.get_by_label("工单编号").fill(tried)
        plain_page.get_by_label("查询码").fill("AAAAAAAA")
        plain_page.get_by_role("button", name="查询").click()
        answers.append(plain_page.get_by_role("alert").inner_text())
    assert answers[0] == answers[1]
    for _ in range(5):
        plain_page.get_by_label("工单编号").fill(number)
        plain_page.get_by_label("查询码").fill("AAAAAAAA")
        plain_page.get_by_role("button", name="查询").click()
    expect(plain_page.get_by_role("alert")).to_contain_text("次数过多")
    token = site.house.hotline.token_of(ticket_of(site, number))
    plain_page.goto(f"{site.url}/l/{token}")
    expect(plain_page.locator("#milestones li")).to_have_count(1)


def test_mistakes_keep_what_was_typed(plain_page: Page, site: Site) -> None:
    """A telephone number that is none is named, nothing is stored, and the rest of the form is kept."""
    before = site.house.hotline.position()
    plain_page.goto(site.url + "/")
    plain_page.get_by_label("诉求内容").fill(TEXT)
    plain_page.get_by_label("联系电话").fill("12")
    plain_page.get_by_role("button", name="提交").click()
    expect(plain_page.get_by_role("alert")).to_contain_text("联系电话")
    expect(plain_page.get_by_label("诉求内容")).to_have_value(TEXT)
    assert site.house.hotline.position() == before


def test_a_form_sent_twice_files_once(plain_page: Page, site: Site) -> None:
    """A double click or a reload of the answer shows the same number and code."""
    first = file_a_request(plain_page, site)
    plain_page.reload()
    assert (plain_page.locator("#number").inner_text(), plain_page.locator("#code").inner_text()) == first
    topics = [recorded.fact.TOPIC for recorded in site.house.hotline.facts_after(0, 100)]
    assert topics.count("ticket.received") == topics.count("number.claimed") == 1


def test_an_open_page_moves_by_itself(browser_page: Page, site: Site) -> None:
    """With scripts on, the page shows a new milestone without being reloaded by hand."""
    number, _ = file_a_request(browser_page, site)
    browser_page.goto(f"{site.url}/t/{number}")
    ticket = ticket_of(site, number)
    classified(site, ticket)
    act(site.house, ticket, "dispatch", DISPATCHER, lead=units(site.house)[0])
    expect(browser_page.locator("#milestones li")).to_have_count(2)


def test_the_page_says_who_has_it_and_who_had_it(browser_page: Page, plain_page: Page, site: Site, axe: str) -> None:
    """Never more than was acknowledged: 110 that was told is beside the holder until its acceptance is in our log, then it is
    the holder; each holder stands there with since when and how long.  Without scripts, and with nothing in axe's way."""
    number, _ = file_a_request(plain_page, site)
    ticket = ticket_of(site, number)
    site.clock.advance(timedelta(minutes=25))
    offer = {"to": "110", "way": "push", "summary": "楼道打架", "reason": "治安案件的内部理由"}
    act(site.house, ticket, "hand-off", OPERATOR, **offer)
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.locator("#holder")).to_contain_text("12345 热线")
    expect(plain_page.locator("#told")).to_contain_text("110 报警服务台")
    expect(plain_page.locator("#told")).to_contain_text("等待对方确认")
    expect(plain_page.locator("#holders li")).to_have_count(1)
    state = site.house.hotline.ticket(ticket)
    assert state is not None
    assert state.handed is not None
    handoff = site.house.hotline.streams.read("handoff", state.handed.handoff)[1]
    head = {"handoff_id": handoff.id, "sender": "110", "to": site.house.rules.platforms.own, "at": site.clock()}
    site.house.hotline.take(m.Accept(**head, seq=1, body=m.AcceptBody(reference="JJ-1")), platform="110")
    site.clock.advance(timedelta(hours=26))
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.locator("#holder")).to_contain_text("110 报警服务台")
    expect(plain_page.locator("#told")).to_have_count(0)
    first, second = plain_page.locator("#holders li").all()
    expect(first).to_contain_text("25 分钟")
    expect(second).to_contain_text("1 天 2 小时")
    times = [int(li.get_attribute("data-seconds") or 0) for li in (first, second)]
    assert times == [25 * 60, 26 * 3600]
    assert "op1" not in plain_page.content()
    assert "内部理由" not in plain_page.content()
    browser_page.goto(f"{site.url}/l/{site.house.hotline.token_of(ticket)}")
    for width in (360, 1280):
        browser_page.set_viewport_size({"width": width, "height": 800})
        browser_page.evaluate(axe)
        found = browser_page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))")
        assert found == []
        assert browser_page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_unit_that_has_not_signed_is_shown_as_such(plain_page: Page, site: Site) -> None:
    """Sent is not taken: until the unit signs the page says so."""
    number, _ = file_a_request(plain_page, site)
    ticket, lead = ticket_of(site, number), units(site.house)[0]
    classified(site, ticket)
    act(site.house, ticket, "dispatch", DISPATCHER, lead=lead)
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.locator("#holder")).to_contain_text(site.house.rules.units[lead].name)
    expect(plain_page.locator("#unsigned")).to_contain_text("尚待其签收")
    act(site.house, ticket, "sign", clerk(lead))
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.locator("#holder")).to_contain_text(site.house.rules.units[lead].name)
    expect(plain_page.locator("#unsigned")).to_have_count(0)


def test_a_deferred_matter_is_shown_apart(plain_page: Page, site: Site) -> None:
    """A deferral shows with its review date and a clock that stands still."""
    number, _ = file_a_request(plain_page, site)
    ticket, lead = ticket_of(site, number), units(site.house)[0]
    classified(site, ticket)
    act(site.house, ticket, "dispatch", DISPATCHER, lead=lead)
    act(site.house, ticket, "sign", clerk(lead))
    review_on = (
        f"{site.clock().year + 1}-01-15"
        if site.clock().month > 8
        else f"{site.clock().year}-{site.clock().month + 1:02d}-15"
    )
    act(site.house, ticket, "request-deferral", clerk(lead), plan="待管线改造时一并施工", review_on=review_on)
    act(site.house, ticket, "approve-deferral", LEADER)
    plain_page.goto(f"{site.url}/t/{number}")
    expect(plain_page.locator("#due")).to_contain_text("计时暂停")
    expect(plain_page.locator("#milestones li").first).to_contain_text(review_on)


def test_pages_are_readable_by_everybody(browser_page: Page, site: Site, axe: str) -> None:
    """No finding of the accessibility checker on any public page, narrow or wide."""
    number, _ = file_a_request(browser_page, site)
    act(site.house, ticket_of(site, number), "urge", CITIZEN)
    for width in (360, 1280):
        browser_page.set_viewport_size({"width": width, "height": 800})
        for path in ("/", f"/t/{number}"):
            browser_page.goto(site.url + path)
            browser_page.evaluate(axe)
            found = browser_page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))")
            assert found == [], path
            overflow = browser_page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{path} is wider than {width} pixels"


def test_scripts_of_strangers_do_not_run(browser_page: Page, site: Site) -> None:
    """Markup in a request or a reply is shown as text, and the policy forbids scripts from elsewhere."""
    ran: list[str] = []
    browser_page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    number, _ = file_a_request(browser_page, site)
    act(
        site.house,
        ticket_of(site, number),
        "ask-supplement",
        OPERATOR,
        question="<script>alert(1)</script><b>请补充</b>",
    )
    response = browser_page.goto(f"{site.url}/t/{number}")
    assert response is not None
    assert "default-src 'self'" in response.headers["content-security-policy"]
    expect(browser_page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    assert ran == []
