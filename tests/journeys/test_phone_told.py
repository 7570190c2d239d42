"""The service worker of « Payer » follows a browser that changes where it takes messages.

A real one asks its maker, who is not here: the script runs with a browser that says what is needed.
"""

import pytest
from playwright.sync_api import Page

from caisse.messages import push
from tests.journeys.walking import Visit

FOLLOWS = """async ([before, fresh, status, how]) => {
    const script = await (await fetch('/payer/hors-ligne')).text();
    const [heard, sent, kept] = [{}, [], new Map()];
    const store = {
        match: async (name) => kept.get(name)?.clone(),
        put: async (name, said) => { kept.set(name, said); },
        delete: async (name) => kept.delete(name),
    };
    const made = (endpoint) => ({
        endpoint,
        toJSON: () => ({ endpoint, keys: { p256dh: 'open', auth: 'secret' } }),
    });
    let asked = 0;
    const self = {
        addEventListener: (name, act) => { heard[name] = act; },
        skipWaiting: () => {},
        registration: { scope: '/payer', pushManager: {
            getSubscription: async () => (how === 'gone' ? null : made(fresh)),
            subscribe: async ({ applicationServerKey }) => {
                asked += applicationServerKey === 'key';
                return made(fresh);
            },
        } },
    };
    const fetched = async (address, { method, body }) => {
        sent.push([method, address, JSON.parse(body)]);
        return { status };
    };
    if (before) await store.put('/payer', new Response(JSON.stringify(before)));
    new Function('self', 'caches', 'fetch', script)(self, { open: async () => store }, fetched);
    let waited = null;
    const event = { data: 'told?', newSubscription: how === 'new' ? made(fresh) : null,
                    waitUntil: (one) => { waited = one; } };
    heard[how === 'opened' ? 'message' : 'pushsubscriptionchange'](event);
    await waited;
    return { sent, asked, kept: await (await store.match('/payer'))?.json() ?? null };
}"""
BEFORE = {"endpoint": "https://maker/a", "secret": "old", "key": "key"}


@pytest.fixture
def page(visit: Visit) -> Page:
    """A page of this caisse, which tells on devices."""
    push.make_key()
    return visit("/payer", bypass_csp=True)  # it makes a script of its own out of the text


@pytest.mark.parametrize("how", ["new", "gone", "opened"])
def test_the_caisse_is_told_the_new_place(page: Page, how: str) -> None:
    said = page.evaluate(FOLLOWS, [BEFORE, "https://maker/b", 201, how])
    told = {
        "before": "https://maker/a", "before_secret": "old", "endpoint": "https://maker/b",
        "public_key": "open", "secret": "secret",
    }  # fmt: skip
    assert said["sent"] == [["POST", "/api/v1/phones/notices/moved", told]]
    assert said["asked"] == (how == "gone")
    assert said["kept"] == {"endpoint": "https://maker/b", "secret": "secret", "key": "key"}


def test_nothing_is_said_where_nothing_has_changed(page: Page) -> None:
    assert page.evaluate(FOLLOWS, [BEFORE, "https://maker/a", 201, "opened"])["sent"] == []
    assert page.evaluate(FOLLOWS, [None, "https://maker/b", 201, "opened"])["sent"] == []


def test_it_is_told_again_until_the_caisse_has_answered(page: Page) -> None:
    assert page.evaluate(FOLLOWS, [BEFORE, "https://maker/b", 503, "new"])["kept"] == BEFORE
    assert page.evaluate(FOLLOWS, [BEFORE, "https://maker/b", 422, "new"])["kept"] is None
