using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.EndToEndTests.Pages;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Onnx;

/// <summary>The small model's head in onnxruntime-web (WebAssembly, one thread), in Chromium.</summary>
public sealed class OnnxBrowserTests : IDisposable
{
    const int Frames = 16;

    const string Page = """
        <!doctype html><title>working</title>
        <script type="module">
        try {
            const ort = await import('/ort/ort.wasm.min.mjs');
            ort.env.wasm.wasmPaths = '/ort/';
            ort.env.wasm.numThreads = 1;
            const all = new Float32Array(await (await fetch('/landmarks')).arrayBuffer());
            const session = await ort.InferenceSession.create('/head.onnx');
            const frames = Number(new URLSearchParams(location.search).get('frames'));
            const size = all.length / frames, side = Math.sqrt(size / 3);
            const pictures = new Float32Array(all.length);
            let best = Infinity;
            for (let frame = 0; frame < frames; frame++) {
                const landmarks = new ort.Tensor('float32', all.slice(frame * size, (frame + 1) * size), [1, 3, side, side]);
                const start = performance.now();
                const made = await session.run({ landmarks });
                best = Math.min(best, performance.now() - start);
                pictures.set(made.picture.data, frame * size);
            }
            await fetch('/pictures', { method: 'POST', body: pictures });
            document.title = 'done ' + best.toFixed(2);
        } catch (error) {
            document.title = 'failed ' + error;
        }
        </script>
        """;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task TheSmallModelsHeadRunsInABrowser()
    {
        var runtime = Repository.At("tests/browser/node_modules/onnxruntime-web/dist");
        Assert.SkipUnless(Directory.Exists(runtime), "no onnxruntime-web is installed (scripts/setup.sh installs it).");
        using var scope = NewDisposeScope();
        var recipe = new SyntheticRecipe { Identities = 1, Frames = Frames, Seed = 7, TestShare = 1 };
        SyntheticDataset.Write(folder.At("people"), recipe, workers: 1, _ => { }, default);
        using var dataset = Dataset.Open(folder.At("people"));
        using var run = TrainedRun.Open(Repository.At("checkpoints/synthetic-64.safetensors"), "cpu");
        var person = SourceFrames.From(dataset, 0, [.. Enumerable.Range(0, Frames)], run.Configuration);
        using var head = PersonFineTuner.Run(run, person, new() { FeedForward = true });
        head.ExportOnnx(folder.At("head.onnx"));
        var landmarks = person.ToTensors(run.Configuration, CPU).Landmarks;
        var expected = head.Generate(landmarks);

        var site = new Dictionary<string, byte[]>
        {
            ["/"] = System.Text.Encoding.UTF8.GetBytes(Page),
            ["/head.onnx"] = File.ReadAllBytes(folder.At("head.onnx")),
            ["/landmarks"] = landmarks.contiguous().bytes.ToArray(),
        };
        foreach (var file in new[] { "ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm" })
            site[$"/ort/{file}"] = File.ReadAllBytes(Path.Combine(runtime, file));
        using var server = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort()}/";
        server.Prefixes.Add(address);
        server.Start();
        var posted = Serve(server, site);

        await using var browser = await Browser.Open($"{address}?frames={Frames}", 800);
        var title = "working";
        for (var i = 0; i < 600 && title == "working"; i++)
        {
            await Task.Delay(200);
            title = (string?)await browser.Ask("document.title") ?? "";
        }
        Assert.StartsWith("done ", title);
        var pictures = tensor(MemoryMarshal.Cast<byte, float>(await posted).ToArray(), expected.shape);
        server.Stop();
        var largest = (pictures - expected).abs().max().item<float>();
        TestContext.Current.TestOutputHelper?.WriteLine($"onnxruntime-web: {title["done ".Length..]} ms a frame, largest "
            + $"difference {largest:g3}");
        Assert.True(expected.std().item<float>() > 0.1);
        Assert.True(largest <= 1e-3, $"largest difference {largest}");
        Assert.All(browser.Requests, request => Assert.StartsWith(address, request));
    }

    // Gives out the site until the server is stopped; the body of the one POST.
    static Task<byte[]> Serve(HttpListener server, Dictionary<string, byte[]> site)
    {
        var posted = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                    await Answer(await server.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                posted.TrySetCanceled(); // stopped
            }
        });
        return posted.Task;

        async Task Answer(HttpListenerContext context)
        {
            var path = context.Request.Url!.AbsolutePath;
            if (context.Request.HttpMethod == "POST")
            {
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                posted.TrySetResult(body.ToArray());
            }
            else if (site.TryGetValue(path, out var content))
            {
                context.Response.ContentType = (path, Path.GetExtension(path)) switch
                {
                    ("/", _) => "text/html",
                    (_, ".mjs") => "text/javascript",
                    (_, ".wasm") => "application/wasm",
                    _ => "application/octet-stream",
                };
                await context.Response.OutputStream.WriteAsync(content);
            }
            else
            {
                context.Response.StatusCode = 404;
            }
            context.Response.Close();
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
