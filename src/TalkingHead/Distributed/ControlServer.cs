using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace TalkingHead.Distributed;

/// <summary>
/// Rank 0's side of the control line, to which every rank (0 too) is connected. It puts the texts of a round together,
/// and is the one who says that a rank failed: its connection ended, it gave no sign of life, it is stuck, or it said so
/// itself. The first failure is told to all, and is the only one.
/// </summary>
/// <remarks>One thread a connection reads; <c>gate</c> guards everything else, writing included.</remarks>
sealed class ControlServer : IDisposable
{
    /// <summary>A rank that lives but keeps the others waiting is stuck after this many times the silence allowed.</summary>
    public const int StuckFactor = 30;

    readonly object gate = new();
    readonly TcpListener listener = TcpListener.Create(port: 0);
    readonly TimeSpan silence;
    readonly Line?[] lines;
    readonly string?[] texts; // of the round that is under way
    readonly Timer timer;
    DateTime? waitingSince;   // the round's first text came, or the server started
    bool failed, stopped;

    sealed record Line(TcpClient Client, string Name)
    {
        public bool Left { get; set; }
    }

    public ControlServer(int ranks, TimeSpan silence)
    {
        (lines, texts, this.silence, waitingSince) = (new Line?[ranks], new string?[ranks], silence, DateTime.UtcNow);
        listener.Start(ranks);
        new Thread(Accept) { IsBackground = true, Name = "control: accept" }.Start();
        var beat = Beat(silence);
        timer = new Timer(_ => Tick(), null, beat, beat);
    }

    /// <summary>Between two signs of life.</summary>
    public static TimeSpan Beat(TimeSpan silence) => TimeSpan.FromSeconds(Math.Clamp(silence.TotalSeconds / 5, 0.1, 5));

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What a rank shows to be let in: strangers find the port, not the token.</summary>
    public string Token { get; } = RandomNumberGenerator.GetHexString(32);

    void Accept()
    {
        try
        {
            while (true)
            {
                var client = listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true, Name = "control: a rank" }.Start();
            }
        }
        catch (Exception over) when (over is SocketException or InvalidOperationException)
        {
            // The listener was stopped: the run is over.
        }
    }

    void Serve(TcpClient client)
    {
        int rank = -1;
        try
        {
            client.NoDelay = true;
            (client.ReceiveTimeout, client.SendTimeout) = ((int)silence.TotalMilliseconds, (int)silence.TotalMilliseconds);
            var stream = client.GetStream();
            rank = Admit(client, ControlMessage.Read(stream));
            while (rank >= 0 && ControlMessage.Read(stream) is { } message)
                if (!Take(rank, message))
                    return;
            Lost(rank, null);
        }
        catch (IOException broken)
        {
            Lost(rank, broken);
        }
        finally
        {
            if (rank < 0)
                client.Dispose();
        }
    }

    // The rank that says hello with the token; -1 for a stranger.
    int Admit(TcpClient client, ControlMessage? hello)
    {
        string[] words = hello is { Kind: ControlKind.Hello } first ? first.Text.Split(' ', 3) : [];
        lock (gate)
        {
            if (words.Length < 3 || words[0] != Token || !int.TryParse(words[1], out int rank) || rank < 0 || rank >= lines.Length || lines[rank] is not null)
                return -1;
            lines[rank] = new Line(client, $"rank {rank} ({words[2]})");
            return rank;
        }
    }

    // False where the rank has no more to say.
    bool Take(int rank, ControlMessage message)
    {
        lock (gate)
        {
            switch (message.Kind)
            {
                case ControlKind.Round:
                    texts[rank] = message.Text;
                    waitingSince ??= DateTime.UtcNow;
                    if (Array.TrueForAll(texts, text => text is not null))
                        Complete();
                    else
                        MissDeparted();
                    return true;
                case ControlKind.Failure:
                    lines[rank]!.Left = true;
                    Fail($"{lines[rank]!.Name} stopped: {message.Text}");
                    return false;
                case ControlKind.Bye:
                    lines[rank]!.Left = true;
                    MissDeparted();
                    return false;
                default:
                    return true;
            }
        }
    }

    void Complete()
    {
        string all = JsonSerializer.Serialize(texts);
        waitingSince = null;
        Array.Clear(texts);
        Tell(new ControlMessage(ControlKind.Round, all));
    }

    void MissDeparted()
    {
        if (Array.Exists(texts, text => text is not null) && lines.FirstOrDefault(line => line is { Left: true }) is { } departed)
            Fail($"{departed.Name} has finished while others go on");
    }

    void Lost(int rank, IOException? broken)
    {
        lock (gate)
            if (rank >= 0 && !lines[rank]!.Left)
            {
                lines[rank]!.Left = true;
                Fail($"{lines[rank]!.Name} {ControlMessage.Loss(broken, silence)}");
            }
    }

    void Tick()
    {
        lock (gate)
        {
            if (stopped)
                return;
            Tell(new ControlMessage(ControlKind.Beat, ""));
            if (failed || waitingSince is not { } since || DateTime.UtcNow - since < StuckFactor * silence)
                return;
            var missing = Enumerable.Range(0, lines.Length).Where(rank => texts[rank] is null).ToList();
            string seconds = $"{(DateTime.UtcNow - since).TotalSeconds:0} s";
            Fail(missing.Exists(rank => lines[rank] is null)
                ? $"rank {string.Join(", ", missing.Where(rank => lines[rank] is null))} of {lines.Length} did not come within {seconds}"
                : $"{string.Join(", ", missing.Select(rank => lines[rank]!.Name))} is stuck: the others have waited for {seconds}");
        }
    }

    // Under gate.
    void Fail(string sentence)
    {
        if (failed || stopped)
            return;
        failed = true;
        Tell(new ControlMessage(ControlKind.Failure, sentence));
    }

    // Under gate. Who cannot be written to is found by its reader.
    void Tell(ControlMessage message)
    {
        foreach (var line in lines)
            if (line is { Left: false })
                try
                {
                    message.Write(line.Client.GetStream());
                }
                catch (Exception e) when (e is IOException or InvalidOperationException)
                {
                    line.Client.Close(); // its reader wakes up and says how it was lost
                }
    }

    public void Dispose()
    {
        lock (gate)
            stopped = true;
        timer.Dispose();
        listener.Stop();
        foreach (var line in lines)
            line?.Client.Dispose();
    }
}
