//! The login page as people see it, in a real browser.

use integration::{PASSWORD, Registry, browse};

fn begin(registry: &Registry, body: &str) -> (String, String) {
    let http = registry.http();
    let request = http.request("POST", "/-/v1/login").body(body);
    let request = request.header("user-agent", "npm/11.21.2 node/v20.20.2 linux x64");
    let urls = request.send().expect(200).json();
    let text = |name: &str| urls[name].as_str().unwrap().to_owned();
    (text("loginUrl"), text("doneUrl"))
}

#[test]
fn a_person_approves_a_login_in_the_browser() {
    let registry = Registry::start();
    registry.user("alice");
    let (page, done) = begin(&registry, "{}");
    let script = r"
        await page.goto(url)
        console.log(await page.title())
        console.log(await page.locator('.who').innerText())
        const name = page.getByLabel('User name')
        if (!await name.evaluate((it) => it === document.activeElement)) throw new Error('no focus')
        await name.fill('alice')
        await page.getByLabel('Password').fill('not the password')
        // The answer that Enter gives must be to log in, and not to refuse.
        await page.getByLabel('Password').press('Enter')
        console.log(await page.getByRole('alert').innerText())
        // The browser notes that the answer was a 403, which it was.
        if (problems.length !== 1 || !problems[0].includes('403')) throw new Error(problems.join())
        problems.length = 0
        if (await name.inputValue() !== 'alice') throw new Error('the name has to be typed again')
        if (await page.getByLabel('Password').inputValue() !== '') throw new Error('the password is on the page')
        await page.getByLabel('Password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Log in' }).click()
        console.log(await page.getByRole('heading').innerText())
    ";
    let script = script.replace("PASSWORD", &format!("{PASSWORD:?}"));
    let said = browse(&page, &script).succeeds();
    let expected = format!(
        "Log in · npm registry\n\
         npm/11.21.2 at 127.0.0.1 asks to act for you on {}.\n\
         The user name or the password is wrong. If you are new here, say so below.\n\
         You are logged in\n",
        registry.url()
    );
    assert_eq!(said.stdout, expected);
    let token = registry.fetch(&done).expect(200).json()["token"].clone();
    let alice = registry.http().with_token(token.as_str().unwrap());
    alice.get("/-/whoami").send().expect(200);
}

#[test]
fn a_person_makes_an_account_in_the_browser() {
    let registry = Registry::start();
    let (page, done) = begin(&registry, r#"{"create":true}"#);
    let script = r"
        await page.goto(url)
        await page.getByLabel('User name').fill('carol')
        await page.getByLabel('Password').fill(PASSWORD)
        const email = page.getByLabel('E-mail address')
        await email.fill('carol@example.org')
        await page.getByLabel('I am new here').uncheck()
        if (await email.isVisible()) throw new Error('only a new account has an address')
        await page.getByLabel('I am new here').check()
        await page.getByRole('button', { name: 'Log in' }).click()
        console.log(await page.locator('main').innerText())
    ";
    let script = script.replace("PASSWORD", &format!("{PASSWORD:?}"));
    browse(&page, &script).succeeds().says("carol");
    let token = registry.fetch(&done).expect(200).json()["token"].clone();
    let carol = registry.http().with_token(token.as_str().unwrap());
    let profile = carol.get("/-/npm/v1/user").send().expect(200).json();
    assert_eq!(profile["email"], "carol@example.org");
}

#[test]
fn the_page_fits_a_phone_and_refuses_with_one_click() {
    let registry = Registry::start();
    let (page, done) = begin(&registry, "{}");
    let script = r"
        await page.setViewportSize({ width: 320, height: 640 })
        await page.goto(url)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        if (wide > 320) throw new Error(`the page is ${wide} pixels wide`)
        await page.getByRole('button', { name: 'Refuse' }).click()
        console.log(await page.getByRole('heading').innerText())
    ";
    browse(&page, script).succeeds().says("Refused");
    registry.fetch(&done).expect(404).error();
}
