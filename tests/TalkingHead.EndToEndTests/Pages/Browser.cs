using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using TalkingHead.Tests;

namespace TalkingHead.EndToEndTests.Pages;

/// <summary>
/// The system's Chromium without a window, spoken to over its DevTools protocol: opens a page, hears everything that the
/// page says and asks the network for, and answers questions about it.
/// </summary>
sealed class Browser : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
    ];

    readonly DirectoryInfo profile = Directory.CreateTempSubdirectory("talkinghead-browser-");
    readonly Process process;
    readonly ClientWebSocket socket = new();
    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> waiting = new();
    readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource end = new();
    int last;
    string? session;

    Browser(string program)
    {
        process = Process.Start(new ProcessStartInfo(program,
            [.. Flags, $"--user-data-dir={profile.FullName}", "about:blank"])
        { RedirectStandardError = true })!;
    }

    /// <summary>Errors, warnings and console lines, as the page or the browser wrote them.</summary>
    public ConcurrentQueue<string> Messages { get; } = [];

    /// <summary>Every address that was asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Opens a file in a window of that width; returns when everything in it is loaded.</summary>
    public static async Task<Browser> Open(string path, int width, bool dark = false)
    {
        var program = Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists);
        Assert.SkipWhen(program is null, "no Chromium is installed (scripts/setup.sh --tests installs it).");
        var browser = new Browser(program!);
        try
        {
            await browser.Start(width, dark);
            await browser.Send("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
            await browser.loaded.Task.WaitAsync(Patience);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of an expression in the page.</summary>
    public async Task<JsonNode> Ask(string expression)
    {
        var answer = await Send("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true });
        return answer["result"]!["value"] ?? throw new InvalidOperationException(answer.ToJsonString());
    }

    /// <summary>Keeps what pages download in a folder, without asking.</summary>
    public Task SaveDownloads(string folder) =>
        Send("Page.setDownloadBehavior", new() { ["behavior"] = "allow", ["downloadPath"] = Directory.CreateDirectory(folder).FullName });

    /// <summary>Writes what the window shows to a PNG: for a person's eyes.</summary>
    public async Task Screenshot(string path)
    {
        var picture = await Send("Page.captureScreenshot", new() { ["format"] = "png" });
        await File.WriteAllBytesAsync(path, Convert.FromBase64String((string)picture["data"]!));
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        socket.Dispose();
        end.Dispose();
        try
        {
            profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            Debug.WriteLine($"{profile.FullName} is still in use"); // by a helper process that is ending
        }
    }

    async Task Start(int width, bool dark)
    {
        await socket.ConnectAsync(new Uri(await Address()), end.Token);
        _ = Listen();
        var target = await Send("Target.createTarget", new() { ["url"] = "about:blank" });
        session = (string?)(await Send("Target.attachToTarget",
            new() { ["targetId"] = (string?)target["targetId"], ["flatten"] = true }))["sessionId"];
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
            await Send($"{domain}.enable", []);
        await Send("Emulation.setDeviceMetricsOverride", new()
        {
            ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1,
            ["mobile"] = false
        });
        await Send("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new JsonArray(new JsonObject
            {
                ["name"] = "prefers-color-scheme",
                ["value"] = dark ? "dark" : "light"
            })
        });
    }

    // The browser says on standard error where it listens.
    async Task<string> Address()
    {
        const string Words = "DevTools listening on ";
        while (await process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
            if (line.StartsWith(Words, StringComparison.Ordinal))
            {
                _ = process.StandardError.ReadToEndAsync(); // so that it can go on writing
                return line[Words.Length..];
            }

        throw new InvalidOperationException("Chromium ended before it listened.");
    }

    async Task<JsonNode> Send(string method, JsonObject parameters)
    {
        var number = Interlocked.Increment(ref last);
        var answer = waiting[number] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = number, ["method"] = method, ["params"] = parameters };
        if (session is not null)
            message["sessionId"] = session;
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, end.Token);
        return await answer.Task.WaitAsync(Patience);
    }

    async Task Listen()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        while (!end.IsCancellationRequested && socket.State == WebSocketState.Open)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
            {
                return; // the browser is being closed
            }

            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage)
                continue;
            Hear(JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!);
            message.SetLength(0);
        }
    }

    void Hear(JsonNode message)
    {
        if ((int?)message["id"] is { } number && waiting.TryRemove(number, out var answer))
        {
            if (message["error"] is { } error)
                answer.SetException(new InvalidOperationException(error.ToJsonString()));
            else
                answer.SetResult(message["result"]!);
            return;
        }

        var about = message["params"];
        switch ((string?)message["method"])
        {
            case "Network.requestWillBeSent":
                Requests.Enqueue((string)about!["request"]!["url"]!);
                break;
            case "Log.entryAdded":
                Messages.Enqueue((string)about!["entry"]!["text"]!);
                break;
            case "Runtime.consoleAPICalled" or "Runtime.exceptionThrown":
                Messages.Enqueue(about!.ToJsonString());
                break;
            case "Page.loadEventFired":
                loaded.TrySetResult();
                break;
        }
    }
}
