using System.Collections.Concurrent;
using System.Net.WebSockets;
using TalkingHead.Animation;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Studio;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Studio;

/// <summary>A studio with the small model and one head, "anna", of a synthetic person.</summary>
public sealed class StudioHouse : IAsyncLifetime
{
    internal const string Head = "anna";

    const int Side = 256; // of a camera's frame

    static readonly Lazy<SyntheticClip> Visitor = new(() => new SyntheticPopulation(9).Identity(2).Clip(0));
    static readonly ConcurrentDictionary<int, byte[]> Film = new(); // drawn once for all tests

    readonly TemporaryFolder folder = new();
    StudioServer? server;

    internal static string Model => Repository.At("checkpoints/synthetic-64.safetensors");

    internal Uri Address => server!.Address;

    /// <summary>Scheme, host and port: what pages of the studio have as their origin.</summary>
    internal string Origin => Address.GetLeftPart(UriPartial.Authority);

    internal string Heads => folder.At("heads");

    internal string At(string name) => folder.At(name);

    public async ValueTask InitializeAsync()
    {
        MakeHead(Head);
        server = await StudioServer.Start(new() { Run = Model, Heads = Heads, Port = 0 });
    }

    /// <summary>A head that was not tuned: made in a moment.</summary>
    internal void MakeHead(string name)
    {
        using var run = TrainedRun.Open(Model, "cpu");
        var clip = new SyntheticPopulation(9).Identity(1).Clip(0);
        var frame = clip.Frame(0, 64);
        var source = new SourceFrames([new Picture(64, 64, frame.Rgb)], [new Landmarks(frame.Landmarks)], new("synthetic", "synthetic"));
        using var head = PersonFineTuner.Run(run, source, new() { FeedForward = true });
        head.Save(Path.Combine(Heads, $"{name}.head"));
    }

    /// <summary>Frames of a synthetic person as a page sends them.</summary>
    internal static byte[][] Camera(int frames) => [.. Enumerable.Range(0, frames).Select(Filmed)];

    static byte[] Filmed(int frame) => Film.GetOrAdd(frame, _ =>
        PictureFile.Encode(new Picture(Side, Side, Visitor.Value.Frame(frame, Side).Rgb), "frame.jpg"));

    internal HttpClient Client() => new() { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>A page's socket, open.</summary>
    internal async Task<LivePage> Live(string query = $"head={Head}", Action<ClientWebSocketOptions>? options = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", Origin);
        options?.Invoke(socket.Options);
        await socket.ConnectAsync(new($"ws{Address.AbsoluteUri[4..]}api/live?{query}"), default);
        return new(socket);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        folder.Dispose();
    }
}

/// <summary>The page's end of a live session.</summary>
sealed class LivePage(ClientWebSocket socket) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly byte[] buffer = new byte[1 << 20];

    internal ClientWebSocket Socket => socket;

    internal static byte[] Frame(uint number, double seconds, byte[] jpeg) =>
        [.. BitConverter.GetBytes(number), .. BitConverter.GetBytes(seconds), .. jpeg];

    internal Task Send(byte[] message, bool text = false) => socket.SendAsync(message,
        text ? WebSocketMessageType.Text : WebSocketMessageType.Binary, true, default);

    internal Task Send(string json) => Send(System.Text.Encoding.UTF8.GetBytes(json), text: true);

    /// <summary>The next message; of a close its code is in the socket.</summary>
    internal async Task<(WebSocketMessageType Type, byte[] Bytes)> Receive()
    {
        using var time = new CancellationTokenSource(Patience);
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), time.Token);
            length += part.Count;
            if (part.EndOfMessage)
                return (part.MessageType, buffer[..length]);
        }
    }

    /// <summary>Waits for a text that holds some words.</summary>
    internal async Task<string> Hear(string words)
    {
        while (true)
        {
            var (type, bytes) = await Receive();
            Assert.NotEqual(WebSocketMessageType.Close, type);
            if (type == WebSocketMessageType.Text && System.Text.Encoding.UTF8.GetString(bytes) is var text && text.Contains(words))
                return text;
        }
    }

    /// <summary>The next answer to a frame.</summary>
    internal async Task<byte[]> Answer()
    {
        while (true)
        {
            var (type, bytes) = await Receive();
            Assert.NotEqual(WebSocketMessageType.Close, type);
            if (type == WebSocketMessageType.Binary)
                return bytes;
        }
    }

    /// <summary>How the studio ended it, after all that it still had to say.</summary>
    internal async Task<(int Code, string Reason)> Ended()
    {
        while ((await Receive()).Type != WebSocketMessageType.Close)
        {
        }

        return ((int)socket.CloseStatus!, socket.CloseStatusDescription ?? "");
    }

    public void Dispose() => socket.Dispose();
}
