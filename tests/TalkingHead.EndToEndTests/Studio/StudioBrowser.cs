using Microsoft.Playwright;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Studio;

/// <summary>
/// The system's Chromium with a fake camera. It hears what pages say and ask for. TALKINGHEAD_SCREENSHOTS names a folder for
/// pictures of every state.
/// </summary>
sealed class StudioBrowser : IAsyncDisposable
{
    const int Wide = 1400, Narrow = 400, Height = 1000;
    const float Patience = 120_000;

    static readonly string? Screenshots = Environment.GetEnvironmentVariable("TALKINGHEAD_SCREENSHOTS");

    readonly TemporaryFolder folder = new();
    readonly List<string> messages = [], requests = [];
    IPlaywright? playwright;
    IBrowser? browser;

    /// <summary>A folder for films.</summary>
    internal string Films => folder.At("");

    /// <summary>Opens a page; every page is a visitor of its own.</summary>
    internal async Task<IPage> Open(Uri address, bool camera = true, bool dark = false)
    {
        browser ??= await Launch();
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = Wide, Height = Height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            Permissions = camera ? ["camera"] : [],
        });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        page.Console += (_, message) => messages.Add(message.Text);
        page.PageError += (_, error) => messages.Add(error);
        page.Request += (_, request) => requests.Add(request.Url);
        await page.GotoAsync(address.AbsoluteUri);
        return page;
    }

    async Task<IBrowser> Launch()
    {
        Needs.Ffmpeg();
        var program = Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists);
        Assert.SkipWhen(program is null, "no Chromium is installed (scripts/setup.sh --tests installs it).");
        playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream",
                $"--use-file-for-fake-video-capture={CameraFile.Make(Films, "head-pose-male.mp4", 1)}"],
        });
    }

    internal static Task Until(IPage page, string condition) => page.WaitForFunctionAsync($"() => {condition}");

    internal static async Task Shoot(IPage page, string name)
    {
        if (Screenshots is null)
            return;
        foreach (var width in new[] { Wide, Narrow })
        {
            await page.SetViewportSizeAsync(width, Height);
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, $"{name}-{width}.png"), FullPage = true });
        }
        await page.SetViewportSizeAsync(Wide, Height);
    }

    /// <summary>No page said anything to the console, and none asked for anything elsewhere.</summary>
    internal void AssertQuiet(Uri address)
    {
        Assert.Empty(messages);
        var own = address.GetLeftPart(UriPartial.Authority);
        Assert.All(requests, request => Assert.True(new[] { own, "blob:" + own, "data:" }.Any(start =>
            request.StartsWith(start, StringComparison.Ordinal)), request));
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        folder.Dispose();
    }
}
