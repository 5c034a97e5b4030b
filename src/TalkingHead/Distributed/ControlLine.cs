using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace TalkingHead.Distributed;

/// <summary>
/// A rank's connection to rank 0, beside the tensors' way: short texts that every rank hears of every rank, and the
/// news that a rank has failed, which arrives also while this rank waits for tensors.
/// </summary>
/// <remarks>A thread of its own reads, a timer sends signs of life; <c>gate</c> guards what the rank's thread waits for.</remarks>
sealed class ControlLine : IDisposable
{
    // From the news of a failure until this process ends at the latest, though it hang in a native call.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    readonly object gate = new(), sending = new();
    readonly TcpClient client = new();
    readonly NetworkStream stream;
    readonly TimeSpan silence;
    readonly string host;
    readonly Timer timer;
    Timer? last;
    string[]? round;
    string? failure;
    bool left;

    public ControlLine(RankPlace place, int port, string token, TimeSpan silence)
    {
        (this.silence, host) = (silence, place.Host);
        client.Connect(place.Host, port);
        client.NoDelay = true;
        client.ReceiveTimeout = client.SendTimeout = (int)silence.TotalMilliseconds;
        stream = client.GetStream();
        Send(new ControlMessage(ControlKind.Hello, $"{token} {place.Rank} {Dns.GetHostName()}, process {Environment.ProcessId}"));
        new Thread(Listen) { IsBackground = true, Name = "control: rank 0" }.Start();
        var beat = ControlServer.Beat(silence);
        timer = new Timer(_ => Send(new ControlMessage(ControlKind.Beat, "")), null, beat, beat);
    }

    /// <summary>The address at which this machine reaches rank 0's, so at which others reach this one.</summary>
    public IPAddress LocalAddress
    {
        get
        {
            var address = ((IPEndPoint)client.Client.LocalEndPoint!).Address;
            return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }
    }

    /// <summary>Every rank's text, in the order of ranks, when all have given theirs. All ranks call it equally often.</summary>
    /// <exception cref="RankFailure">A rank failed.</exception>
    public string[] Gather(string mine)
    {
        Send(new ControlMessage(ControlKind.Round, mine));
        lock (gate)
        {
            while (round is null && failure is null)
                Monitor.Wait(gate);
            if (round is null)
                throw new RankFailure(failure!);
            var texts = round;
            round = null;
            return texts;
        }
    }

    /// <summary>Throws where a rank has failed.</summary>
    /// <param name="wait">How long to wait for that news.</param>
    /// <exception cref="RankFailure">A rank failed.</exception>
    public void ThrowIfFailed(TimeSpan wait = default)
    {
        var clock = Stopwatch.StartNew();
        lock (gate)
        {
            while (failure is null && clock.Elapsed < wait)
                Monitor.Wait(gate, wait);
            if (failure is not null)
                throw new RankFailure(failure);
        }
    }

    /// <summary>Tells the others that this rank stops.</summary>
    public void Fail(string why)
    {
        lock (gate)
            left = true;
        Send(new ControlMessage(ControlKind.Failure, why));
    }

    void Listen()
    {
        try
        {
            while (ControlMessage.Read(stream) is { } message)
                if (message.Kind == ControlKind.Failure)
                    Hear(message.Text);
                else if (message.Kind == ControlKind.Round)
                    lock (gate)
                    {
                        round = JsonSerializer.Deserialize<string[]>(message.Text);
                        Monitor.PulseAll(gate);
                    }
            Lose(null);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            Lose(broken);
        }
    }

    void Lose(Exception? broken) => Hear($"rank 0 ({host}) {ControlMessage.Loss(broken, silence)}");

    void Hear(string sentence)
    {
        lock (gate)
        {
            if (left || failure is not null)
                return;
            failure = sentence.TrimEnd('.') + ". This rank ends; start all again with --resume.";
            last = new Timer(_ => End(), null, Grace, Timeout.InfiniteTimeSpan);
            Monitor.PulseAll(gate);
        }
    }

    // The rank's thread did not come back to hear of the failure: it waits inside a driver, say.
    void End()
    {
        Console.Error.WriteLine($"talkinghead: {failure}");
        Process.GetCurrentProcess().Kill();
    }

    void Send(ControlMessage message)
    {
        try
        {
            lock (sending)
                message.Write(stream);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            Lose(broken);
        }
    }

    /// <summary>Says goodbye: this rank has finished, or has heard of a failure.</summary>
    public void Dispose()
    {
        bool says;
        lock (gate)
            (says, left) = (!left, true);
        timer.Dispose();
        last?.Dispose();
        if (says)
            Send(new ControlMessage(ControlKind.Bye, ""));
        client.Dispose();
    }
}
