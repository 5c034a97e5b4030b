using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Studio;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.EndToEndTests.Studio;

public sealed class StudioVerbTests : IDisposable
{
    const int Interrupt = 2, Stopped = 130;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ItPrintsItsAddressServesAndEndsAtASignal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are Unix's.");
        var line = ProgramProcess.Line(
            ["studio", "--run", StudioHouse.Model, "--heads", folder.At("heads"), "--port", "0", "--no-browser"]);
        using var program = Process.Start(new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var said = await program.StandardOutput.ReadLineAsync();
            Assert.Matches(@"^studio: http://127\.0\.0\.1:\d+/[0-9a-f]{32}/$", said);
            using var http = new HttpClient();
            var page = await http.GetAsync(said!["studio: ".Length..]);
            Assert.Contains("<title>talkinghead studio</title>", await page.Content.ReadAsStringAsync());
            Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single());
            ProgramProcess.Signal(program.Id, Interrupt);
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            var error = await program.StandardError.ReadToEndAsync(patience.Token);
            await program.WaitForExitAsync(patience.Token);
            Assert.Equal(Stopped, program.ExitCode);
            Assert.EndsWith("talkinghead: stopped.\n", error);
            Assert.Contains("For this machine only", error);
        }
        finally
        {
            if (!program.HasExited)
                program.Kill();
        }
    }

    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("video/mp4")]
    public async Task WithoutARunNobodyIsLearned(string type)
    {
        await using var studio = await StudioServer.Start(new() { Heads = folder.At("heads"), Port = 0 });
        using var http = new HttpClient { BaseAddress = studio.Address };
        using var begun = await http.PostAsync("api/people", null);
        var id = JsonDocument.Parse(await begun.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString();
        using var upload = new ByteArrayContent(type == "image/jpeg" ? StudioHouse.Camera(1)[0]
            : await File.ReadAllBytesAsync(CameraFile.Film(folder.At(""), "none", 1)));
        upload.Headers.ContentType = new(type);
        using var answer = await http.PostAsync($"api/people/{id}/shots?name=upload", upload);
        Assert.Equal((HttpStatusCode.Conflict, "{\"error\":\"No run is there to learn with; start the studio with --run RUN.\"}"),
            (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public void MistakesAreOneSentence()
    {
        Assert.Equal((2, "talkinghead: --port 99999: expected 0 to 65535.\n"), Run("studio", "--port", "99999", "--no-browser"));
        var (code, error) = Run("studio", "--no-browser", "--run", folder.At("nothing"));
        Assert.Equal((1, true), (code, error.Contains("no run", StringComparison.Ordinal)));
        File.WriteAllText(folder.At("file"), "");
        (code, error) = Run("studio", "--no-browser", "--port", "0", "--run", StudioHouse.Model, "--heads", folder.At("file"));
        Assert.Equal(1, code);
        Assert.StartsWith($"talkinghead: --heads {folder.At("file")}: the folder cannot be made (", error);

        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        (code, error) = Run("studio", "--no-browser", "--port", $"{port}", "--run", StudioHouse.Model, "--heads", folder.At("heads"));
        Assert.Equal((1, $"talkinghead: --port {port}: the port is taken, perhaps by another studio. Take another one, or --port 0 for any "
            + "that is free.\n"), (code, error));
    }
}
