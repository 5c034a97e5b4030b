using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TalkingHead.EndToEndTests.Studio;

/// <summary>What goes wrong while someone uses the page, and what the page says of it.</summary>
public sealed class MishapTests(StudioHouse house) : IClassFixture<StudioHouse>, IAsyncLifetime
{
    readonly StudioBrowser browser = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => browser.DisposeAsync();

    async Task<IPage> Open(bool camera = true, bool dark = false) =>
        await browser.Open(new($"{house.Address.AbsoluteUri}#live"), camera, dark);

    static async Task Drive(IPage page)
    {
        await page.Locator("#live-start").ClickAsync();
        await StudioBrowser.Until(page, "/^\\d/.test(document.getElementById('fps').textContent)");
    }

    static async Task Said(IPage page, string words) => await page.Locator("#live-state").GetByText(words).WaitForAsync();

    [Fact]
    public async Task ADeniedCameraIsSaidAndSoIsOneThatIsUnplugged()
    {
        var denied = await Open(camera: false, dark: true);
        await denied.Locator("#live-start").ClickAsync();
        await Said(denied, "The camera was denied.");
        Assert.True(await denied.Locator("#live-start").IsVisibleAsync());
        await StudioBrowser.Shoot(denied, "m1-denied");

        var page = await Open();
        await Drive(page);
        await page.EvaluateAsync("() => document.getElementById('live-video').srcObject.getVideoTracks()[0]"
            + ".dispatchEvent(new Event('ended'))");
        await Said(page, "The camera is gone");
        await Drive(page);
        browser.AssertQuiet(house.Address);
    }

    [Fact]
    public async Task ASecondVisitorIsToldAndTakesOver()
    {
        var first = await Open();
        await Drive(first);
        var second = await Open(dark: true);
        await second.Locator("#live-start").ClickAsync();
        await Said(second, "Another page drives anna now.");
        await StudioBrowser.Shoot(second, "m2-taken");
        await second.Locator("#live-take").ClickAsync();
        await Said(first, "Another page has taken over.");
        await StudioBrowser.Until(second, "/^\\d/.test(document.getElementById('fps').textContent)");
        await StudioBrowser.Shoot(second, "m3-live-dark");
        browser.AssertQuiet(house.Address);
    }

    [Fact]
    public async Task AHeadThatIsDeletedWhileItIsDrivenIsSaid()
    {
        house.MakeHead("berta");
        var page = await Open();
        await page.Locator("#live-head").SelectOptionAsync("berta");
        await Drive(page);
        using var http = house.Client();
        (await http.DeleteAsync("api/heads/berta")).Dispose();
        await Said(page, "This head was renamed or deleted.");
        await StudioBrowser.Until(page, "document.getElementById('live-head').options.length === 1");
        await Drive(page);
        browser.AssertQuiet(house.Address);
    }

    [Fact]
    public async Task AConnectionThatIsLostComesBack()
    {
        var page = await Open();
        await page.EvaluateAsync("() => { const Own = WebSocket; window.WebSocket = class extends Own { "
            + "constructor(...all) { super(...all); window.last = this; } }; }");
        await Drive(page);
        await page.EvaluateAsync("() => { const before = window.last; before.close(); }");
        await Said(page, "The connection was lost; trying again (1).");
        await Said(page, "Live, computed by");
        browser.AssertQuiet(house.Address);
    }

    [Fact]
    public async Task ATabThatIsClosedWhileAPersonIsLearnedFindsItAgain()
    {
        var page = await browser.Open(new($"{house.Address.AbsoluteUri}#person"));
        await page.Locator("#person-files").SetInputFilesAsync([.. StudioHouse.Camera(32).Select((bytes, i) =>
            new FilePayload { Name = $"{i}.jpg", MimeType = "image/jpeg", Buffer = bytes })]);
        await page.GetByText(new Regex(@"^\d+ of 32 pictures can be used")).WaitForAsync(); // as many as take a while to learn
        await page.GetByLabel("Name of the head").FillAsync("carla");
        await page.GetByLabel("These are pictures of me").CheckAsync();
        await page.Locator("#learn").ClickAsync();
        await page.Locator("#learning-preview").WaitForAsync();
        await page.CloseAsync();

        var again = await browser.Open(house.Address, dark: true);
        await again.Locator("#working").ClickAsync();
        await StudioBrowser.Until(again, "document.getElementById('curve-text').textContent.includes('held-out')");
        await StudioBrowser.Shoot(again, "m4-learning-dark");
        await again.Locator("#learning-stop").ClickAsync();
        await again.Locator("#person-form").WaitForAsync();
        Assert.False(File.Exists(Path.Combine(house.Heads, "carla.head")));
        browser.AssertQuiet(house.Address);
    }

    [Fact]
    public async Task EveryPartWorksByKeyboard()
    {
        var page = await browser.Open(house.Address);
        await page.GetByLabel("Rename: anna").WaitForAsync();
        var seen = new HashSet<string>();
        for (var i = 0; i < 14; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            seen.Add(await page.EvaluateAsync<string>(
                "() => document.activeElement.ariaLabel || document.activeElement.textContent.trim()"));
            Assert.True(await page.EvaluateAsync<bool>("() => document.activeElement === document.body "
                + "|| getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "the focus is not seen");
        }
        foreach (var name in new[] { "Skip to the content", "Heads", "Live", "Drive it live", "Rename: anna", "Delete: anna",
            "Download .onnx of anna" })
            Assert.Contains(name, seen);
        foreach (var part in new[] { "heads", "person", "live", "file" })
        {
            await page.Locator($"nav a[href='#{part}']").ClickAsync();
            var nameless = await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('button, input, select, a[href]')]"
                + ".filter(one => one.checkVisibility() && !(one.ariaLabel || one.textContent.trim() || one.labels?.length))"
                + ".map(one => one.outerHTML)");
            Assert.Empty(nameless);
        }
        browser.AssertQuiet(house.Address);
    }
}
