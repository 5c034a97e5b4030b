using System.Globalization;
using Microsoft.Playwright;
using TalkingHead.Animation;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Studio;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Studio;

/// <summary>
/// The whole story in the system's Chromium, with its fake camera: enrol by webcam, drive live, record, download, animate a file.
/// TALKINGHEAD_LIVE_SECONDS drives for longer; TALKINGHEAD_SCREENSHOTS names a folder for pictures of every state.
/// </summary>
public sealed class StoryTests : IAsyncLifetime
{
    static readonly int LiveSeconds = int.Parse(Environment.GetEnvironmentVariable("TALKINGHEAD_LIVE_SECONDS") ?? "6",
        CultureInfo.InvariantCulture);

    readonly TemporaryFolder folder = new();
    readonly StudioBrowser browser = new();
    StudioServer? server;

    public async ValueTask InitializeAsync() =>
        server = await StudioServer.Start(new() { Run = StudioHouse.Model, Heads = folder.At("heads"), Port = 0 });

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        folder.Dispose();
    }

    async Task Verified(IPage page, ILocator link, string name)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        await download.SaveAsAsync(folder.At(name));
        Assert.EndsWith(".mp4", download.SuggestedFilename);
        Assert.Equal(Verdict.Certain, FileVerifier.Trusting([]).Verify(folder.At(name)).Verdict);
    }

    [Fact]
    public async Task APersonIsLearnedDrivenRecordedAndAnimated()
    {
        var page = await browser.Open(server!.Address);
        await page.Locator("#no-heads").WaitForAsync();
        await StudioBrowser.Shoot(page, "1-empty");

        // Enrol by webcam, then a picture without a face.
        await page.GetByRole(AriaRole.Link, new() { Name = "Learn a new person" }).ClickAsync();
        await StudioBrowser.Shoot(page, "2-person");
        await page.Locator("#webcam-start").ClickAsync();
        await page.Locator("#webcam-take").WaitForAsync();
        for (var tries = 0; await page.Locator("#poses .done").CountAsync() < 6; tries++)
        {
            Assert.True(tries < 30, "the poses do not get done");
            await page.RunAndWaitForResponseAsync(() => page.Locator("#webcam-take").PressAsync("Space"),
                answer => answer.Request.Method == "POST" && answer.Url.Contains("/shots?"));
            await StudioBrowser.Until(page, "!document.getElementById('webcam-take').disabled");
            if (tries == 2)
                await StudioBrowser.Shoot(page, "3-webcam");
            if ((await page.Locator("#poses li[aria-current]").InnerTextAsync()).Contains('✓'))
                await page.Locator("#webcam-next").ClickAsync();
        }
        await page.Locator("#person-files").SetInputFilesAsync(new FilePayload
        {
            Name = "empty.png", MimeType = "image/png", Buffer = PictureFile.Encode(new Picture(96, 96), "empty.png"),
        });
        await page.GetByText("not used: without a face").WaitForAsync();
        await page.GetByText("6 of 7 pictures can be used.").WaitForAsync();
        Assert.True(await page.Locator("#learn").IsDisabledAsync(), "learning starts without consent");
        await page.GetByLabel("Name of the head").FillAsync("Anna B");
        await page.GetByLabel("These are pictures of me").CheckAsync();
        await StudioBrowser.Shoot(page, "4-consent");
        await page.Locator("#learn").ClickAsync();

        // Learn, and stop early with what there is.
        await StudioBrowser.Until(page, "document.getElementById('curve-text').textContent.includes('held-out')");
        await page.Locator("#learning-preview").WaitForAsync();
        await StudioBrowser.Until(page, "document.getElementById('learning-progress').value > 0.1");
        await StudioBrowser.Shoot(page, "5-learning");
        await page.Locator("#learning-keep").ClickAsync();
        await page.Locator("#learning-after").WaitForAsync();
        await StudioBrowser.Shoot(page, "6-learned");
        Assert.True(File.Exists(folder.At("heads/Anna B.head")) && File.Exists(folder.At("heads/Anna B.png")));

        // Live.
        await page.Locator("#learning-drive").ClickAsync();
        await page.Locator("#live-start").ClickAsync();
        await StudioBrowser.Until(page, "/^\\d/.test(document.getElementById('fps').textContent)");
        await page.GetByRole(AriaRole.Slider, new() { Name = "Mouth" }).FillAsync("1.5");
        await page.Locator("#live-calibrate").ClickAsync();
        await page.WaitForTimeoutAsync(1000 * LiveSeconds);
        foreach (var id in new[] { "fps", "median", "p95", "dropped" })
            Assert.Matches("^[0-9]", await page.Locator($"#{id}").InnerTextAsync());
        TestContext.Current.SendDiagnosticMessage(string.Join(", ", await page.Locator(".figures > div").AllInnerTextsAsync()));
        await StudioBrowser.Shoot(page, "7-live");
        await page.Locator("#live-record").ClickAsync();
        await page.WaitForTimeoutAsync(2500);
        await page.Locator("#live-record").ClickAsync();
        await page.Locator("#recorded video").WaitForAsync();
        await StudioBrowser.Shoot(page, "8-recorded");
        await Verified(page, page.GetByText("Download the recording"), "recorded.mp4");

        // The settings are this browser's, also after a reload; the seat is free again.
        await page.ReloadAsync();
        await StudioBrowser.Until(page, "document.getElementById('slider-mouth')?.value === '1.5'");
        await page.Locator("#live-start").ClickAsync();
        await StudioBrowser.Until(page, "/^\\d/.test(document.getElementById('fps').textContent)");
        await page.Locator("#live-stop").ClickAsync();

        // From a file.
        await page.GetByRole(AriaRole.Link, new() { Name = "From a file" }).ClickAsync();
        await page.Locator("#file-input").SetInputFilesAsync(CameraFile.Film(browser.Films, "head-pose-female.mp4", 2));
        await page.GetByLabel("side by side").CheckAsync();
        await page.Locator("#animate").ClickAsync();
        await page.Locator("#animated video").First.WaitForAsync();
        await StudioBrowser.Until(page, "[...document.querySelectorAll('#animated video')].every(video => video.readyState > 1)");
        await StudioBrowser.Shoot(page, "9-file");
        await Verified(page, page.Locator("#animated a[download]"), "animated.mp4");

        // The head's own file and ONNX file; renamed and deleted.
        await page.GetByRole(AriaRole.Link, new() { Name = "Heads" }).ClickAsync();
        await page.GetByText("6 pictures of the webcam").WaitForAsync();
        await StudioBrowser.Shoot(page, "10-heads");
        foreach (var ending in new[] { ".head", ".onnx" })
        {
            var link = page.GetByLabel($"Download {ending} of Anna B");
            var download = await page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
            await download.SaveAsAsync(folder.At($"copy{ending}"));
            using var copy = Head.Load(folder.At($"copy{ending}"));
            Assert.Equal(64, copy.Size);
        }
        await page.GetByLabel("Rename: Anna B").ClickAsync();
        await StudioBrowser.Shoot(page, "11-question");
        await page.GetByLabel("New name").FillAsync("Anna C");
        await page.Locator("#ask-yes").ClickAsync();
        await page.GetByLabel("Delete: Anna C").ClickAsync();
        await page.Locator("#ask-yes").ClickAsync();
        await page.Locator("#no-heads").WaitForAsync();
        Assert.Empty(Directory.GetFiles(folder.At("heads")));

        browser.AssertQuiet(server.Address);
    }
}
