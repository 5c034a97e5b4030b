using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace TalkingHead.EndToEndTests.Studio;

/// <summary>Requests that no page of the studio makes: each is refused in one way, and the studio goes on.</summary>
public sealed class HostileRequestTests(StudioHouse house) : IClassFixture<StudioHouse>, IAsyncLifetime
{
    const int PolicyViolation = 1008, MessageTooBig = 1009, InvalidPayload = 1007;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    // After each test, the page still works: it loads, and a frame is answered.
    public async ValueTask DisposeAsync()
    {
        using var http = house.Client();
        Assert.Contains($"\"{StudioHouse.Head}\"", await http.GetStringAsync("api/state"));
        using var page = await house.Live($"head={StudioHouse.Head}&take=1");
        await page.Hear("\"ready\"");
        await page.Send(LivePage.Frame(7, 1, StudioHouse.Camera(1)[0]));
        Assert.Equal(7u, BitConverter.ToUInt32(await page.Answer(), 0));
    }

    static async Task Refused(int status, HttpClient http, HttpRequestMessage request, bool saysWhy = true)
    {
        using (request)
        using (var answer = await http.SendAsync(request))
        {
            var said = await answer.Content.ReadAsStringAsync();
            Assert.True(status == (int)answer.StatusCode, $"{request.Method} {request.RequestUri}: {answer.StatusCode} {said}");
            if (saysWhy)
                Assert.Matches("^\\{\"error\":\".+\"\\}$", said);
            Assert.DoesNotContain("   at ", said);
        }
    }

    Task Refused(int status, string path, HttpMethod? method = null, Action<HttpRequestMessage>? change = null, string? body = null)
    {
        var request = new HttpRequestMessage(method ?? (body is null ? HttpMethod.Get : HttpMethod.Post), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        change?.Invoke(request);
        return Refused(status, house.Client(), request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef/")]
    [InlineData("0123456789abcdef0123456789abcdef/api/state")]
    [InlineData("api/state")]
    [InlineData("../")]
    public Task WithoutTheTokenNothingIsShown(string path) =>
        Refused(403, new HttpClient { BaseAddress = new(house.Origin) }, new(HttpMethod.Get, "/" + path));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:7421")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("localhost.evil.example")]
    public Task AnotherHostIsRefused(string host) => Refused(403, "api/state", change: request => request.Headers.Host = host);

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("https://127.0.0.1")]
    public async Task AnotherOriginIsRefused(string origin)
    {
        await Refused(403, "api/people", HttpMethod.Post, request => request.Headers.Add("Origin", origin));
        var failure = await Assert.ThrowsAsync<WebSocketException>(() =>
            house.Live(options: options => options.SetRequestHeader("Origin", origin)));
        Assert.Contains("403", failure.Message);
    }

    [Fact]
    public Task APageOfAnotherSiteIsRefused() =>
        Refused(403, "api/state", change: request => request.Headers.Add("Sec-Fetch-Site", "cross-site"));

    [Theory]
    [InlineData("api/heads/..%2f..%2fetc%2fpasswd/head")]
    [InlineData("api/heads/%2e%2e/head")]
    [InlineData("api/heads/..%5canna/head")]
    [InlineData("api/heads/nobody/onnx")]
    [InlineData("api/files/..%2f..%2fetc%2fpasswd")]
    [InlineData("api/files/1")]
    [InlineData("page/..%2findex.html")]
    [InlineData("page/StudioServer.cs")]
    [InlineData("api/people/1/shots/99999999999999999999")]
    [InlineData("api/nothing")]
    [InlineData("api/work/preview")]
    public Task NothingIsAtAnAddressThatIsNone(string path) => Refused(404, path);

    [Fact]
    public async Task AnotherMethodFindsNothing()
    {
        await Refused(404, "api/state", HttpMethod.Delete);
        await Refused(404, "api/heads/anna/head", HttpMethod.Put);
        await Refused(404, "", new HttpMethod("TRACE"));
    }

    [Theory]
    [InlineData("../../anna")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("C:anna")]
    [InlineData("con")]
    [InlineData("a/b")]
    [InlineData("a\\u0000b")]
    [InlineData("")]
    [InlineData("anna ")]
    public Task ANameIsNoPath(string name) => Refused(400, "api/heads/anna/rename", body: $"{{\"name\":\"{name}\"}}");

    [Theory]
    [InlineData("{\"name\":")]
    [InlineData("[1,2]")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    public Task TextThatIsNoRequestIsRefused(string body) => Refused(400, "api/heads/anna/rename", body: body);

    [Fact]
    public Task TextWithoutEndIsRefused() => Refused(413, "api/heads/anna/rename", body: new string('x', 1 << 20));

    [Fact]
    public async Task AGigabyteIsRefusedBeforeItIsSent()
    {
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var http = new HttpClient(handler) { BaseAddress = house.Address };
        var id = await Begin(http);
        foreach (var path in new[] { $"api/people/{id}/shots?name=big.mp4", "api/animations?head=anna&name=big.mp4" })
        {
            using var content = new StreamContent(new Zeros(1L << 30));
            content.Headers.ContentType = new("video/mp4");
            await Refused(413, http, new(HttpMethod.Post, path) { Content = content, Headers = { ExpectContinue = true } });
        }
    }

    [Fact]
    public async Task APictureWithoutEndIsRefusedWhileItIsSent()
    {
        using var http = house.Client();
        var id = await Begin(http);
        using var content = new StreamContent(new Zeros(null));
        content.Headers.ContentType = new("image/jpeg");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/people/{id}/shots?name=endless.jpg") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        try
        {
            using var answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException e)
        {
            Assert.IsType<IOException>(e.InnerException, exactMatch: false); // the connection was cut while this side still sent
        }
    }

    [Fact]
    public async Task APictureThatIsNoneIsShownAsBad()
    {
        using var http = house.Client();
        var id = await Begin(http);
        foreach (var (bytes, name) in new[]
        {
            (new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3 }, "../../broken.jpg"), ("<svg xmlns='x'/>"u8.ToArray(), "drawing.svg"),
            ("hello"u8.ToArray(), "a.mp4"),
        })
        {
            using var content = new ByteArrayContent(bytes);
            using var answer = await http.PostAsync($"api/people/{id}/shots?name={Uri.EscapeDataString(name)}", content);
            var said = await answer.Content.ReadAsStringAsync();
            Assert.Contains("\"fault\":\"", said);
            Assert.DoesNotContain("/tmp", said);
            Assert.DoesNotContain("..", said);
        }
        await Refused(400, $"api/people/{id}/learn", body: "{\"name\":\"nobody\",\"consent\":true}");
        await Refused(400, $"api/people/{id}/learn", body: "{\"name\":\"nobody\",\"consent\":false}");
        await Refused(404, "api/people/99/learn", body: "{\"name\":\"nobody\",\"consent\":true}");
        using var text = new StringContent("hello", Encoding.UTF8, "video/mp4");
        await Refused(400, http, new(HttpMethod.Post, "api/animations?head=anna&name=a.mp4") { Content = text });
    }

    [Fact]
    public async Task FramesThatAreNoPicturesEndTheSession()
    {
        using var page = await house.Live($"head={StudioHouse.Head}&take=1");
        await page.Hear("\"ready\"");
        for (uint number = 1; number < 100; number++)
        {
            if (page.Socket.State != WebSocketState.Open)
                break;
            await page.Send(LivePage.Frame(number, number, [0xFF, 0xD8, 0xFF, 1, 2, 3]));
            await Task.Delay(10);
        }
        Assert.Equal(InvalidPayload, (await page.Ended()).Code);
    }

    [Fact]
    public async Task APictureOfHugeSidesIsNotDecoded()
    {
        using var page = await house.Live($"head={StudioHouse.Head}&take=1");
        await page.Hear("\"ready\"");
        var huge = StudioHouse.Camera(1)[0].ToArray();
        var sof = huge.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        Assert.True(sof > 0);
        huge.AsSpan(sof + 5, 4).Fill(0xFF); // 65535 x 65535
        await page.Send(LivePage.Frame(1, 1, huge));
        Assert.Contains("\"number\":1", await page.Hear("\"unreadable\""));
    }

    [Theory]
    [InlineData(true, "hello")]
    [InlineData(true, "{\"type\":\"format the disk\"}")]
    [InlineData(true, "{\"type\":\"controls\",\"motion\":\"much\"}")]
    [InlineData(true, "[]")]
    [InlineData(false, "short")]
    public async Task MessagesThatAreNoneEndTheSession(bool text, string message)
    {
        using var page = await house.Live($"head={StudioHouse.Head}&take=1");
        await page.Send(Encoding.UTF8.GetBytes(message), text);
        Assert.Equal(PolicyViolation, (await page.Ended()).Code);
    }

    [Fact]
    public async Task AMessageWithoutEndEndsTheSession()
    {
        using var page = await house.Live($"head={StudioHouse.Head}&take=1");
        var sending = Task.Run(() => page.Send(new byte[4 << 20]));
        try
        {
            Assert.Equal(MessageTooBig, (await page.Ended()).Code);
        }
        finally
        {
            page.Socket.Abort();
            await Assert.ThrowsAnyAsync<Exception>(() => sending).ContinueWith(_ => { });
        }
    }

    [Fact]
    public async Task NumbersThatAreNoneDoNoHarm()
    {
        using var page = await house.Live($"head={StudioHouse.Head}&take=1");
        await page.Hear("\"ready\"");
        await page.Send("{\"type\":\"controls\",\"motion\":1e300,\"smoothing\":-5}");
        await page.Send(LivePage.Frame(1, double.NaN, StudioHouse.Camera(1)[0]));
        Assert.Contains("\"number\":1", await page.Hear("\"unreadable\""));
        await page.Send(LivePage.Frame(2, 1, StudioHouse.Camera(1)[0]));
        Assert.Equal(2u, BitConverter.ToUInt32(await page.Answer(), 0));
    }

    [Fact]
    public async Task AWebSocketIsNeededForLive()
    {
        await Refused(400, "api/live?head=anna");
        var failure = await Assert.ThrowsAsync<WebSocketException>(() => house.Live("head=nobody"));
        Assert.Contains("404", failure.Message);
    }

    [Fact]
    public async Task AHundredConnectionsLeaveRoomForThePage()
    {
        var idle = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                var client = new TcpClient();
                idle.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, house.Address.Port);
            }
            using var http = house.Client();
            Assert.Contains("anna", await http.GetStringAsync("api/state"));
        }
        finally
        {
            idle.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task AHundredSocketsDoNotTakeTheSeat()
    {
        using var first = await house.Live($"head={StudioHouse.Head}&take=1");
        await first.Hear("\"ready\"");
        var others = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            try
            {
                using var page = await house.Live();
                return (await page.Ended()).Code;
            }
            catch (WebSocketException)
            {
                return 503; // more than may be open at once
            }
        }));
        Assert.All(others, code => Assert.True(code is 4001 or 503, $"{code}"));
        await first.Send(LivePage.Frame(1, 1, StudioHouse.Camera(1)[0]));
        Assert.Equal(1u, BitConverter.ToUInt32(await first.Answer(), 0));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil\r\n\0\r\n\r\n")]
    [InlineData("GET /api%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")]
    [InlineData("hello\r\n\r\n")]
    public async Task BrokenBytesAreRefused(string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, house.Address.Port);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(bytes));
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync());
    }

    static async Task<string> Begin(HttpClient http)
    {
        using var answer = await http.PostAsync("api/people", null);
        return System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>So many zeros, or zeros without end.</summary>
    sealed class Zeros(long? length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => length is not null;

        public override bool CanWrite => false;

        public override long Length => length ?? throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var given = (int)Math.Min(count, (length ?? long.MaxValue) - Position);
            buffer.AsSpan(offset, given).Clear();
            Position += given;
            return given;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin == SeekOrigin.Begin ? offset : Position + offset;

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
