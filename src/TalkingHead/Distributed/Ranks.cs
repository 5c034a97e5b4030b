using System.Diagnostics;
using System.Net;
using System.Text.Json;
using TalkingHead.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Distributed;

/// <summary>What the ranks of a run have sent one another so far.</summary>
/// <param name="Bytes">Of tensors that this rank gave to a collective.</param>
/// <param name="RowBytes">Of these, gradients of rows of W.</param>
/// <param name="Waited">How long this rank's thread waited for others or for the network.</param>
public readonly record struct RankTraffic(long Bytes, long RowBytes, TimeSpan Waited);

/// <summary>
/// The processes that train one run together, each on its own part of every batch. What they decide they decide alike;
/// rank 0 reads and writes files for all. One rank alone costs nothing: every method returns what it was given.
/// </summary>
/// <remarks>All ranks call the same methods in the same order. A rank that fails ends the others with a sentence that names it.</remarks>
public sealed class Ranks : IDisposable
{
    // How long the news of who failed may come after a broken collective, which knows of no names.
    static readonly TimeSpan Hearing = TimeSpan.FromSeconds(5);

    readonly ControlServer? server;
    readonly ControlLine? line;
    readonly Collectives? collectives;
    readonly Device? device;
    readonly Stopwatch waited = new();
    bool failed;
    long bytes, rowBytes;

    Ranks() => Count = 1;

    /// <summary>One process of its own.</summary>
    public static Ranks Alone { get; } = new();

    /// <summary>Meets the other ranks; returns when all are there.</summary>
    /// <param name="place">Which rank this is.</param>
    /// <param name="device">Of its tensors: Gloo carries them on a CPU, NCCL on CUDA.</param>
    /// <param name="silence">How long another rank may give no sign of life.</param>
    /// <exception cref="UserException">They cannot meet.</exception>
    public Ranks(RankPlace place, Device device, TimeSpan silence)
    {
        (Rank, Count, this.device) = (place.Rank, place.Count, device);
        var patience = ControlServer.StuckFactor * silence;
        try
        {
            collectives = new Collectives(place, patience);
            if (IsFirst)
                server = new ControlServer(Count, silence);
            string[] at = collectives.FromFirst(server is null ? null : $"{server.Port} {server.Token}").Split(' ');
            line = new ControlLine(place, int.Parse(at[0]), at[1], silence);
            string address = line.LocalAddress.ToString();
            string[] machines = Gather($"{Dns.GetHostName()} {address}");
            if (machines.Select(machine => machine.Split(' ')[0]).Distinct().Count() > 1 && place.Interface is null && Array.FindIndex(machines, machine => IPAddress.IsLoopback(IPAddress.Parse(machine.Split(' ')[1]))) is >= 0 and var hidden)
                throw new UserException($"rank {hidden} would wait for ranks of other machines at a loopback address, as MASTER_ADDR {place.Host} is one there. Set MASTER_ADDR to an address of rank 0 that all machines reach, or GLOO_SOCKET_IFNAME to the interface between them.");
            Try(() => collectives.Form(device, address, 2 * patience));
        }
        catch
        {
            failed = true;
            Dispose();
            throw;
        }
    }

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>All processes.</summary>
    public int Count { get; }

    /// <summary>Whether this is the rank that reads and writes files and speaks.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>So far.</summary>
    public RankTraffic Traffic => new(bytes, rowBytes, waited.Elapsed);

    /// <summary>Every rank's text in the order of ranks, when all have given theirs.</summary>
    public string[] Gather(string mine) => line is null ? [mine] : Waiting(() => line.Gather(mine));

    /// <summary>Whether it is so with any rank.</summary>
    public bool Any(bool mine) => line is null ? mine : Gather(mine ? "1" : "").Contains("1");

    /// <summary>Checks that every rank has what rank 0 has.</summary>
    /// <exception cref="UserException">One has not; it is named.</exception>
    public void Expect(string what, string mine, string advice)
    {
        string[] all = Gather(mine);
        if (Array.FindIndex(all, one => one != all[0]) is > 0 and var other)
            throw new UserException($"rank {other} has another {what} than rank 0. {advice}");
    }

    /// <summary>What rank 0 has; the others' own is not looked at.</summary>
    public T FromFirst<T>(T mine) => line is null ? mine : JsonSerializer.Deserialize<T>(Gather(IsFirst ? JsonSerializer.Serialize(mine) : "")[0])!;

    /// <summary>Puts rank 0's numbers into everybody's tensors.</summary>
    public void FromFirst(IEnumerable<Tensor> tensors) => From(0, tensors);

    /// <summary>Puts the last rank's numbers, whose part of a batch is the last, into everybody's tensor.</summary>
    public void FromLast(Tensor tensor) => From(Count - 1, [tensor]);

    /// <summary>Puts the mean over all ranks into everybody's tensors, which are of one type; in one collective.</summary>
    public void Average(IReadOnlyList<Tensor> tensors)
    {
        if (collectives is null || tensors.Count == 0)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var flat = cat([.. tensors.Select(tensor => tensor.reshape(-1))]).to(device!).div_(Count);
        Sent(flat);
        Try(() => collectives.Sum(flat, ThrowIfFailed));
        long start = 0;
        foreach (var tensor in tensors)
        {
            tensor.copy_(flat.narrow(0, start, tensor.numel()).view_as(tensor));
            start += tensor.numel();
        }
    }

    /// <summary>Averages the gradient (U,N) of the rows of W that the step's clips have: its size is theirs, not W's.</summary>
    public void AverageRows(Tensor gradient)
    {
        long before = bytes;
        Average([gradient]);
        rowBytes += bytes - before;
    }

    /// <summary>Averages the gradients of these parameters in each step; none where there is nothing to average with.</summary>
    internal GradientAverage? Gradients(IReadOnlyList<Parameter> parameters) =>
        collectives is null ? null : new GradientAverage(this, collectives.Buckets(parameters), 4 * parameters.Sum(parameter => parameter.numel()));

    /// <summary>Runs a rank's whole work and ends when all have done theirs; where it fails, the others are told why.</summary>
    public void Run(Action work)
    {
        try
        {
            work();
            Gather("done"); // nobody misses rank 0 while still at work
        }
        catch (Exception e) when (line is not null && e is not OperationCanceledException)
        {
            failed = true;
            if (e is not RankFailure)
                line.Fail(e.Message);
            throw;
        }
    }

    // Tensors of any type and place; what is not on the device goes by way of it.
    void From(int root, IEnumerable<Tensor> tensors)
    {
        if (collectives is null)
            return;
        using var _ = no_grad();
        foreach (var tensor in tensors)
        {
            using var scope = NewDisposeScope();
            var sent = tensor.detach().to(device!).contiguous();
            Sent(sent);
            Try(() => collectives.Broadcast(sent, root, ThrowIfFailed));
            if (Rank != root)
                tensor.copy_(sent);
        }
    }

    void Sent(Tensor tensor) => Sent(tensor.numel() * tensor.element_size());

    internal void Sent(long more) => bytes += more;

    internal void ThrowIfFailed() => line!.ThrowIfFailed();

    // A broken collective says that somebody is gone, the control line who.
    internal void Try(Action collective)
    {
        waited.Start();
        try
        {
            collective();
        }
        catch (System.Runtime.InteropServices.ExternalException broken)
        {
            line!.ThrowIfFailed(Hearing);
            throw new RankFailure($"rank {Rank}: {broken.Message}. This rank ends; start all again with --resume.", broken);
        }
        finally
        {
            waited.Stop();
        }
    }

    T Waiting<T>(Func<T> wait)
    {
        waited.Start();
        try
        {
            return wait();
        }
        finally
        {
            waited.Stop();
        }
    }

    /// <summary>Leaves the others. Where all went well they leave together.</summary>
    public void Dispose()
    {
        if (failed)
            collectives?.Abort();
        else
            collectives?.Dispose();
        line?.Dispose();
        server?.Dispose();
    }
}

/// <summary>The averaging of one side's gradients, step after step.</summary>
sealed class GradientAverage(Ranks ranks, Collectives.GradientBuckets buckets, long bytes) : IDisposable
{
    /// <summary>The next backward makes the gradients whole: they are sent while it runs.</summary>
    public void Arm() => buckets.Arm();

    /// <summary>After backward: every gradient becomes the mean over all ranks.</summary>
    public void Finish()
    {
        ranks.Sent(bytes);
        ranks.Try(() => buckets.Finish(ranks.ThrowIfFailed));
    }

    public void Dispose() => buckets.Dispose();
}
