using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SkiaSharp;
using TalkingHead.Animation;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Provenance;

namespace TalkingHead.Studio;

/// <summary>Why a live session ends, as the WebSocket's close code.</summary>
static class LiveEnd
{
    public const int Taken = 4001, Moved = 4002, Gone = 4003, Silent = 4004, Failed = 4005, Stopped = 4006;
}

/// <summary>
/// One page's camera and one head. A message is uint32 number, float64 seconds and a JPEG; its answer has the same number. One
/// thread receives and keeps the newest frame only, another one answers: nothing queues.
/// </summary>
sealed class LiveSession(WebSocket socket, string headName, string headPath, Downloads files, ContentCredentials credentials)
{
    const int HeaderBytes = 12, AnswerHeaderBytes = 24, MostUnreadable = 10;

    static readonly TimeSpan SendTime = TimeSpan.FromSeconds(10), CloseTime = TimeSpan.FromSeconds(2);
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    readonly CancellationTokenSource ended = new();
    readonly SemaphoreSlim sending = new(1, 1);
    readonly ConcurrentQueue<Action> commands = [];
    readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly FrameBuffers buffers = new();

    // The thread's own.
    readonly Picture?[] pictures = new Picture?[2]; // of the tracker the one before must stay
    readonly SKBitmap decoded = new();
    byte[] answer = [];
    LiveAnimator? animator;
    LiveRecording? recording;
    int turn, unreadable;

    public string HeadName => headName;

    /// <summary>When nothing of it runs any more.</summary>
    public Task Over => over.Task;

    /// <summary>Serves until the page leaves, or <see cref="End"/>.</summary>
    public async Task Serve(CancellationToken stop)
    {
        var thread = new Thread(Answer) { IsBackground = true, Name = "live" };
        var answering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        thread.Start(answering);
        using var stopping = stop.Register(() => _ = End(LiveEnd.Stopped, "The studio was stopped."));
        try
        {
            await Receive();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            socket.Abort(); // the page is gone, or the connection
        }
        finally
        {
            await ended.CancelAsync();
            buffers.End();
            await answering.Task;
            over.SetResult();
        }
    }

    /// <summary>Tells the page why it ends.</summary>
    public async Task End(int code, string reason)
    {
        await sending.WaitAsync();
        try
        {
            using var time = new CancellationTokenSource(CloseTime);
            if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
                return;
            ended.CancelAfter(CloseTime); // for a page that does not answer
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, time.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            socket.Abort();
        }
        finally
        {
            sending.Release();
        }
    }

    async Task Receive()
    {
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
            var waiting = Task.Delay(Limits.Silence, silence.Token);
            var message = ReceiveWhole();
            if (await Task.WhenAny(message, waiting) == waiting && !ended.IsCancellationRequested)
                await End(LiveEnd.Silent, "No frame came for five minutes.");
            var (type, length) = await message;
            await silence.CancelAsync();
            if (type == WebSocketMessageType.Close)
            {
                await End((int)WebSocketCloseStatus.NormalClosure, "");
                return;
            }
            if (length < 0)
                await End((int)WebSocketCloseStatus.MessageTooBig, $"A frame has at most {Limits.FrameBytes >> 10} KiB.");
            else if (type == WebSocketMessageType.Binary && length > HeaderBytes)
                buffers.Offer(length);
            else if (type == WebSocketMessageType.Binary || !Command(buffers.Filling.AsSpan(0, length)))
                await End((int)WebSocketCloseStatus.PolicyViolation, "That is no message of the studio's page.");
        }
    }

    // A length below 0: longer than allowed.
    async Task<(WebSocketMessageType Type, int Length)> ReceiveWhole()
    {
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffers.Filling.AsMemory(length), ended.Token);
            length += part.Count;
            if (part.EndOfMessage || part.MessageType == WebSocketMessageType.Close)
                return (part.MessageType, length);
            if (length == buffers.Filling.Length)
                return (part.MessageType, -1);
        }
    }

    bool Command(ReadOnlySpan<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text.ToArray(), new() { MaxDepth = 4 });
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("type", out var type)
                || type.ValueKind != JsonValueKind.String || commands.Count > 100)
                return false;
            switch (type.GetString())
            {
                case "controls" when root.Deserialize<MotionControls>(Json)?.Bounded() is { } controls:
                    commands.Enqueue(() => animator!.Controls = controls);
                    return true;
                case "calibrate":
                    commands.Enqueue(() => animator!.Calibrate());
                    return true;
                case "record":
                    commands.Enqueue(Record);
                    return true;
                case "stop":
                    commands.Enqueue(StopRecording);
                    return true;
                default:
                    return false;
            }
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The thread that computes.
    void Answer(object? whenDone)
    {
        try
        {
            var head = Head.Load(headPath, Training.Devices.Choose("auto").Device);
            animator = new(head, new());
            var engine = head.UseFaster();
            Say(new { type = "ready", size = head.Size, engine, pupils = head.Drawing.Pupils, innerLips = head.Drawing.InnerLips });
            while (buffers.Take(out var frame))
            {
                while (commands.TryDequeue(out var command))
                    command();
                if (frame.Length > 0)
                    Next(frame);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            ended.Cancel(); // the page is gone
        }
        catch (UserException e)
        {
            End(LiveEnd.Failed, Short(e.Message)).Wait();
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"studio: live: {e}");
            End(LiveEnd.Failed, Short($"An unforeseen failure: {e.Message}")).Wait();
        }
        finally
        {
            StopRecording(); // a page that was closed finds it in the list of files
            animator?.Dispose();
            decoded.Dispose();
            ((TaskCompletionSource)whenDone!).SetResult();
        }
    }

    void Next(ReadOnlySpan<byte> frame)
    {
        var clock = Stopwatch.StartNew();
        var number = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        var seconds = BinaryPrimitives.ReadDoubleLittleEndian(frame[4..]);
        if (!(Math.Abs(seconds) < 1e9) || JpegFrame.Read(frame[HeaderBytes..], decoded, ref pictures[turn]) is not { } picture)
        {
            if (++unreadable >= MostUnreadable)
                End((int)WebSocketCloseStatus.InvalidPayloadData, "The frames are no JPEG pictures that can be read.").Wait();
            else
                Say(new { type = "unreadable", number });
            return;
        }
        (turn, unreadable) = (1 - turn, 0);
        var live = animator!.Next(picture, seconds);
        recording?.Write(live.Picture, seconds);
        if (recording is { IsFull: true })
            StopRecording();
        Send(Encode(number, seconds, live, picture, clock));
    }

    ReadOnlyMemory<byte> Encode(uint number, double seconds, LiveFrame live, Picture frame, Stopwatch clock)
    {
        var size = live.Picture.Width;
        var driver = live.Driver is null ? [] : Points(live.Driver, 1f / frame.Width, 1f / frame.Height);
        var drawn = live.Drawn is null ? [] : Points(live.Drawn, 1f / size, 1f / size);
        var length = AnswerHeaderBytes + 4 * (driver.Length + drawn.Length) + 4 * size * size;
        if (answer.Length < length)
            answer = new byte[length + 4 * 4 * Landmarks.Count];
        var to = answer.AsSpan(0, length);
        BinaryPrimitives.WriteUInt32LittleEndian(to, number);
        BinaryPrimitives.WriteDoubleLittleEndian(to[4..], seconds);
        (to[16], to[17]) = ((byte)live.State, (byte)(recording is null ? 0 : 1));
        BinaryPrimitives.WriteUInt16LittleEndian(to[18..], (ushort)size);
        BinaryPrimitives.WriteUInt16LittleEndian(to[20..], (ushort)(driver.Length / 2));
        BinaryPrimitives.WriteUInt16LittleEndian(to[22..], (ushort)(drawn.Length / 2));
        var points = MemoryMarshal.Cast<byte, float>(to[AnswerHeaderBytes..]);
        driver.CopyTo(points);
        drawn.CopyTo(points[driver.Length..]);
        Picture.ToRgba(live.Picture.Pixels, to[^(4 * size * size)..]);
        BinaryPrimitives.WriteSingleLittleEndian(to[12..], (float)clock.Elapsed.TotalMilliseconds);
        return answer.AsMemory(0, length);
    }

    // The 68 points, then the pupils' centres, as shares of the picture's sides from its corner.
    static float[] Points(Landmarks face, float across, float down)
    {
        var values = face.ValuesWithPupils;
        var points = new float[values.Length == 2 * Landmarks.Count ? values.Length : 2 * (Landmarks.Count + 2)];
        for (var i = 0; i < points.Length; i += 2)
            (points[i], points[i + 1]) = ((values[i] + 0.5f) * across, (values[i + 1] + 0.5f) * down);
        return points;
    }

    void Record()
    {
        if (recording is null)
            recording = new(animator!.Head, headName, files, credentials);
    }

    void StopRecording()
    {
        if (recording is not { } finished)
            return;
        recording = null;
        // Encoding its end and signing take a moment, in which the head goes on.
        _ = Task.Run(() =>
        {
            using (finished)
                Said(() => finished.Finish() is { } file ? new { type = "recorded", file.Id, file.Title }
                    : new { type = "note", text = "Nothing was recorded: no frame came." });
        });
    }

    void Said(Func<object> say)
    {
        object message;
        try
        {
            message = say();
        }
        catch (UserException e)
        {
            message = new { type = "note", text = $"The recording failed: {e.Message}" };
        }
        try
        {
            Say(message);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            Debug.WriteLine(e.Message); // the page is gone; the file is in its list
        }
    }

    void Say(object message) => Send(JsonSerializer.SerializeToUtf8Bytes(message, Json), WebSocketMessageType.Text);

    void Send(ReadOnlyMemory<byte> bytes, WebSocketMessageType type = WebSocketMessageType.Binary)
    {
        sending.Wait(ended.Token);
        try
        {
            if (socket.State != WebSocketState.Open)
                return;
            using var time = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
            time.CancelAfter(SendTime); // a page that does not read
            socket.SendAsync(bytes, type, true, time.Token).AsTask().GetAwaiter().GetResult();
        }
        finally
        {
            sending.Release();
        }
    }

    // A close frame's reason has at most 123 bytes.
    static string Short(string reason)
    {
        while (Encoding.UTF8.GetByteCount(reason) > 123)
            reason = reason[..^4] + "…";
        return reason;
    }
}
