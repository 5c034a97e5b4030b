using System.Net;
using System.Text.Json;
using TalkingHead.Provenance;

namespace TalkingHead.EndToEndTests.Studio;

/// <summary>The live protocol, spoken without a browser.</summary>
public sealed class LiveTests(StudioHouse house) : IClassFixture<StudioHouse>
{
    const int Taken = 4001, Moved = 4002, Gone = 4003;

    [Fact]
    public async Task EveryFrameIsAnsweredWithItsNumberAndTheHead()
    {
        using var page = await house.Live();
        await page.Hear("\"ready\"");
        uint number = 0;
        foreach (var jpeg in StudioHouse.Camera(3))
        {
            await page.Send(LivePage.Frame(++number, number / 30.0, jpeg));
            var answer = await page.Answer();
            Assert.Equal(number, BitConverter.ToUInt32(answer, 0));
            Assert.Equal(number / 30.0, BitConverter.ToDouble(answer, 4));
            Assert.Equal(0, answer[16]);
            Assert.Equal((64, 70, 68), (BitConverter.ToUInt16(answer, 18), BitConverter.ToUInt16(answer, 20),
                BitConverter.ToUInt16(answer, 22) - 2));
            Assert.Equal(24 + 8 * (70 + 70) + 4 * 64 * 64, answer.Length);
            Assert.True(answer[^(4 * 64 * 64)..].Distinct().Count() > 20, "the head's picture is flat");
        }
    }

    [Fact]
    public async Task OfManyFramesAtOnceTheNewestIsAnsweredAndNothingQueues()
    {
        using var page = await house.Live();
        await page.Hear("\"ready\"");
        var jpeg = StudioHouse.Camera(1)[0];
        const uint Frames = 200;
        var answering = Task.Run(async () =>
        {
            var numbers = new List<uint>();
            while (numbers.LastOrDefault() != Frames)
                numbers.Add(BitConverter.ToUInt32(await page.Answer(), 0));
            return numbers;
        });
        for (uint number = 1; number <= Frames; number++)
            await page.Send(LivePage.Frame(number, number / 30.0, jpeg));
        var numbers = await answering;
        Assert.Equal(numbers.Order(), numbers);
        Assert.True(numbers.Count < Frames, "no frame was dropped");
    }

    [Fact]
    public async Task ASecondPageIsToldAndMayTakeOver()
    {
        using var first = await house.Live();
        await first.Hear("\"ready\"");
        using var second = await house.Live();
        Assert.Equal((Taken, $"Another page drives {StudioHouse.Head} now."), await second.Ended());
        using var third = await house.Live($"head={StudioHouse.Head}&take=1");
        Assert.Equal((Moved, "Another page has taken over."), await first.Ended());
        await third.Hear("\"ready\"");
    }

    [Fact]
    public async Task AHeadThatIsDeletedOrRenamedIsDrivenNoMore()
    {
        using var http = house.Client();
        house.MakeHead("for a moment");
        using (var page = await house.Live("head=for%20a%20moment"))
        {
            await page.Hear("\"ready\"");
            using var answer = await http.PostAsync("api/heads/for%20a%20moment/rename",
                new StringContent("{\"name\":\"for long\"}", null, "application/json"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(Gone, (await page.Ended()).Code);
        }
        using (var page = await house.Live("head=for%20long"))
        {
            await page.Hear("\"ready\"");
            using var answer = await http.DeleteAsync("api/heads/for%20long");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal((Gone, "This head was renamed or deleted."), await page.Ended());
        }
        Assert.DoesNotContain("\"name\":\"for ", await http.GetStringAsync("api/state"));
        Assert.False(File.Exists(Path.Combine(house.Heads, "for long.head")));
    }

    [Fact]
    public async Task ARecordingIsMarkedAndSigned()
    {
        Tests.Media.Needs.Ffmpeg();
        using var page = await house.Live();
        await page.Hear("\"ready\"");
        await page.Send("{\"type\":\"record\"}");
        uint number = 0;
        foreach (var jpeg in StudioHouse.Camera(8))
        {
            await page.Send(LivePage.Frame(++number, number / 10.0, jpeg));
            await page.Answer();
        }
        await page.Send("{\"type\":\"stop\"}");
        var said = JsonDocument.Parse(await page.Hear("\"recorded\"")).RootElement;
        using var http = house.Client();
        await File.WriteAllBytesAsync(house.At("live.mp4"), await http.GetByteArrayAsync($"api/files/{said.GetProperty("id")}?save=1"));
        Assert.Equal(Verdict.Certain, FileVerifier.Trusting([]).Verify(house.At("live.mp4")).Verdict);
        Assert.Equal(8, Recorded.Frames(house.At("live.mp4")));
    }

    [Fact]
    public async Task ATabThatIsClosedWhileItRecordsLeavesItsRecording()
    {
        Tests.Media.Needs.Ffmpeg();
        using var http = house.Client();
        using (var page = await house.Live())
        {
            await page.Hear("\"ready\"");
            await page.Send("{\"type\":\"record\"}");
            uint number = 0;
            foreach (var jpeg in StudioHouse.Camera(4))
            {
                await page.Send(LivePage.Frame(++number, 100 + number / 30.0, jpeg));
                await page.Answer();
            }
            page.Socket.Abort();
        }
        string state;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        do
        {
            await Task.Delay(100);
            state = await http.GetStringAsync("api/state");
        }
        while (!state.Contains("0.1 s recorded live") && clock.Elapsed < TimeSpan.FromMinutes(1));
        Assert.Contains("0.1 s recorded live", state);
        using var again = await house.Live();
        await again.Hear("\"ready\"");
    }

    [Fact]
    public async Task SlidersAndCalibrationChangeWhatIsDrawn()
    {
        using var page = await house.Live();
        await page.Hear("\"ready\"");
        var camera = StudioHouse.Camera(12);
        uint number = 0;
        async Task<byte[]> Next() => (await Answered(camera[(int)number % camera.Length]))[(24 + 8 * 70)..^(4 * 64 * 64)];
        async Task<byte[]> Answered(byte[] jpeg)
        {
            await page.Send(LivePage.Frame(++number, number / 10.0, jpeg));
            return await page.Answer();
        }
        for (var i = 0; i < 12; i++)
            await Next();
        await page.Send("{\"type\":\"controls\",\"motion\":0}");
        await page.Send("{\"type\":\"calibrate\"}");
        var still = await Next();
        for (var i = 0; i < 4; i++)
            Assert.Equal(still, await Next());
        await page.Send("{\"type\":\"controls\",\"motion\":1}");
        Assert.NotEqual(still, await Next());
    }

    static class Recorded
    {
        internal static long Frames(string path)
        {
            using var reader = TalkingHead.Media.VideoReader.Open(path);
            return reader.Times.Count;
        }
    }
}
