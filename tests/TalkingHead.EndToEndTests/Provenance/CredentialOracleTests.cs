using System.Diagnostics;
using System.Text.Json;
using TalkingHead.EndToEndTests.Pages;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Tests;

namespace TalkingHead.EndToEndTests.Provenance;

/// <summary>Other programs on our files: c2pa-rs (as WebAssembly), c2pa-ts, ffmpeg and a browser.</summary>
public sealed class CredentialOracleTests(SignedFiles files) : IClassFixture<SignedFiles>
{
    static readonly string oracles = Repository.At("tests/oracles/credentials");

    sealed record Answer(string File, string Reader, bool Valid, string[] Failures);

    [Fact]
    public void OthersFindOurFilesValidAndUntrustedAlone()
    {
        var answers = Read([.. SignedFiles.Names.Select(files.At)]);
        Assert.Equal(7, answers.Length); // c2pa-ts knows no GIF
        Assert.All(answers, answer => Assert.True(answer.Valid, $"{answer}: {string.Join("; ", answer.Failures)}"));
        Assert.All(answers.Where(answer => answer.Reader == "c2pa-wasm"), answer =>
            Assert.Equal(["signingCredential.untrusted"], answer.Failures));
        Assert.All(answers.Where(answer => answer.Reader == "c2pa-ts"), answer => Assert.Empty(answer.Failures)); // it does not check trust
    }

    [Fact]
    public void OthersFindASheetValidToo()
    {
        files.Credentials.Save(Picture.Beside(files.Frames[0], files.Frames[1]), files.At("sheet.png"),
            SyntheticMark.For($"head {SignedFiles.HeadId}", isComposite: true));
        Assert.All(Read([files.At("sheet.png")]), answer => Assert.True(answer.Valid, string.Join("; ", answer.Failures)));
        Assert.Equal(SyntheticMark.CompositeSourceType, files.Verify("sheet.png").Credentials!.SourceType);
    }

    [Fact]
    public void OthersFindTheSameChangesAsWeDo()
    {
        var changed = new List<string>();
        foreach (var name in SignedFiles.Names)
        {
            var whole = File.ReadAllBytes(files.At(name));
            int claim = whole.AsSpan().IndexOf("instanceID"u8) + 20, picture = name == "a.mp4" ? whole.AsSpan().IndexOf("mdat"u8) + 500
                : whole.Length - 500;
            foreach (var (what, at) in new[] { ("claim", claim), ("picture", picture) })
            {
                var bytes = (byte[])whole.Clone();
                bytes[at] ^= 1;
                changed.Add(files.At($"{what}-{name}"));
                File.WriteAllBytes(changed[^1], bytes);
            }
        }
        using (var stream = new MemoryStream(File.ReadAllBytes(files.At("a.mp4"))))
        {
            var boxes = Mp4Container.Boxes(stream);
            changed.Add(files.At("order-a.mp4"));
            File.WriteAllBytes(changed[^1], [.. new[] { 0, 1, 2, 4, 3, 5 }
                .SelectMany(i => stream.ToArray().AsSpan((int)boxes[i].Start, (int)boxes[i].Length).ToArray())]);
        }
        foreach (var answer in Read([.. changed]))
            Assert.False(answer.Valid, answer.ToString());
        Assert.All(changed, path => Assert.Equal(Verdict.Changed, files.Verify(Path.GetFileName(path)).Verdict));
    }

    static Answer[] Read(string[] paths)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(oracles, "node_modules")),
            "readers of Content Credentials are not installed (scripts/setup.sh installs them).");
        var start = new ProcessStartInfo("node", [Path.Combine(oracles, "read.mjs"), .. paths])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        using var node = Process.Start(start)!;
        var error = node.StandardError.ReadToEndAsync();
        var output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, error.Result);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<Answer>(line, JsonSerializerOptions.Web)!)];
    }

    [Fact]
    public void ASignedVideoHoldsTheSameFramesAndPlays()
    {
        using (var writer = VideoWriter.Create(files.At("unsigned.mp4"), 128, 128, new(25, 1), new() { Mark = SignedFiles.Mark }))
        {
            foreach (var frame in files.Frames)
                writer.Write(PixelMark.Of(SignedFiles.HeadId, 128).Marked(frame));
            writer.Finish();
        }
        Assert.Equal(Pixels("unsigned.mp4"), Pixels("a.mp4"));
        var (plain, signed) = (VideoInfo.Probe(files.At("unsigned.mp4")), VideoInfo.Probe(files.At("a.mp4")));
        Assert.Equal(plain, signed with { Times = plain.Times }); // which is a list: its rate and length are compared as such

        // A second pass that copies the streams loses the credentials and the XMP packet, but not the pixels.
        using (var copy = Ffmpeg.Start("ffmpeg", ["-v", "error", "-y", "-i", files.At("a.mp4"), "-c", "copy", "-map_metadata", "-1",
            files.At("copy.mp4")]))
            Assert.Equal(0, copy.Wait());
        Assert.Equal(Pixels("a.mp4"), Pixels("copy.mp4"));
        var verified = files.Verify("copy.mp4");
        Assert.Equal((Verdict.MarkOnly, 0x01234567u), (verified.Verdict, verified.Mark!.Payload));
    }

    byte[][] Pixels(string name)
    {
        using var reader = VideoReader.Open(files.At(name));
        return [.. reader.Frames().Select(frame => frame.Pixels)];
    }

    [Fact]
    public async Task ABrowserPlaysAndShowsSignedFiles()
    {
        File.WriteAllText(files.At("page.html"),
            "<video src=\"a.mp4\" autoplay muted></video><img src=\"a.png\"><img src=\"a.jpg\"><img src=\"a.gif\">");
        await using var browser = await Browser.Open(files.At("page.html"), 800);
        for (var i = 0; i < 100 && !(bool)await browser.Ask("document.querySelector('video').ended"); i++)
            await Task.Delay(100);
        Assert.True((bool)await browser.Ask("document.querySelector('video').ended"));
        Assert.Equal(8 / 25.0, (double)await browser.Ask("document.querySelector('video').duration"), 2);
        Assert.True((bool)await browser.Ask("[...document.images].every(image => image.complete && image.naturalWidth == 128)"));
    }
}
