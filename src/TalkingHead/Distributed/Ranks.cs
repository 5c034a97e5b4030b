using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Distributed;

/// <summary>Another rank is gone, hangs or differs: the message names it.</summary>
public sealed class RankFailure(string message) : UserException(message);

/// <summary>What the ranks of a run have sent one another so far.</summary>
/// <param name="Bytes">Of tensors that this rank gave to a collective.</param>
/// <param name="RowBytes">Of these, gradients of rows of W.</param>
/// <param name="Waited">How long this rank's thread waited for others or for the network.</param>
public readonly record struct RankTraffic(long Bytes, long RowBytes, TimeSpan Waited);

/// <summary>
/// The processes that train one run together, each on its own part of every batch. What they decide they decide alike;
/// rank 0 reads and writes files for all. One rank alone costs nothing: every method returns what it was given.
/// </summary>
/// <remarks>All ranks call the same methods in the same order. MPI carries texts and tensors on a CPU, NCCL those on CUDA.</remarks>
public sealed class Ranks
{
    const int Asks = 0, Waits = 1, Leaves = 2; // what ranks tell one another beside the collectives
    const int PieceBytes = 1 << 24;            // of a large tensor, in one collective
    static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(20);

    readonly Mpi? mpi;
    readonly TimeSpan deadline, answer, turn, heard; // its last parts: for answers, for rank 0 to speak for all, for the launcher
    readonly Stopwatch waited = new();
    readonly HashSet<int> waiting = [], left = [];
    string[] names = [];
    Nccl? nccl;
    long bytes, rowBytes;

    Ranks() => Count = 1;

    /// <summary>One process of its own.</summary>
    public static Ranks Alone { get; } = new();

    /// <summary>Meets the other ranks.</summary>
    /// <param name="launcher">What started them, as the user calls it.</param>
    /// <param name="started">How many it started: MPI must count the same.</param>
    /// <param name="deadline">How long this rank waits for another.</param>
    /// <exception cref="UserException">There is no MPI here, or not the launcher's.</exception>
    public Ranks(string launcher, int started, TimeSpan deadline)
    {
        mpi = Mpi.Find(mpich: launcher == "mpiexec") ?? throw new UserException($"{launcher} started {started} processes, but "
            + $"{Environment.MachineName} has no MPI library. Install the one that {launcher} belongs to (Debian: apt-get install "
            + $"libopenmpi3 or libmpich12), or start one process without {launcher}.");
        (this.deadline, answer, turn, heard) = (deadline, AtMost(2), AtMost(3), AtMost(0.5));
        using (new Watchdog(deadline, $"{Self} has waited for {Limit} in MPI_Init: another rank did not start, or hangs."))
            (Rank, Count) = mpi.Start();
        if (Count != started)
            throw UserException.Usage($"{launcher} started {started} processes, but MPI ({mpi.Version()}) counts {Count}: this library "
                + $"does not belong to {launcher}. Start ranks with its own mpirun, or with srun --mpi=pmix (srun --mpi=list shows what "
                + "Slurm has).");
        names = [.. Enumerable.Range(0, Count).Select(rank => $"rank {rank}")];
        TimeSpan AtMost(double ofTen) => TimeSpan.FromSeconds(Math.Min(ofTen, ofTen / 10 * deadline.TotalSeconds));
    }

    static string Self => $"{Environment.MachineName}, process {Environment.ProcessId}";
    string Limit => $"--rank-timeout ({deadline.TotalSeconds:0.#} s)";

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>All processes.</summary>
    public int Count { get; }

    /// <summary>Whether this is the rank that reads and writes files and speaks.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>So far.</summary>
    public RankTraffic Traffic => new(bytes, rowBytes, waited.Elapsed);

    /// <summary>Every rank's text in the order of ranks, when all have given theirs.</summary>
    public string[] Gather(string mine)
    {
        if (mpi is null)
            return [mine];
        byte[] text = Encoding.UTF8.GetBytes(mine), lengths = Gather(mpi, BitConverter.GetBytes(text.Length), sizeof(int));
        int[] each = [.. Enumerable.Range(0, Count).Select(rank => BitConverter.ToInt32(lengths, rank * sizeof(int)))];
        var most = each.Max();
        var texts = most == 0 ? [] : Gather(mpi, text, most);
        return [.. each.Select((length, rank) => Encoding.UTF8.GetString(texts, rank * most, length))];
    }

    /// <summary>Whether it is so with any rank.</summary>
    public bool Any(bool mine) => Gather(mine ? "1" : "").Contains("1");

    /// <summary>Checks that every rank has what rank 0 has.</summary>
    /// <exception cref="RankFailure">One has not; it is named.</exception>
    public void Expect(string what, string mine, string advice)
    {
        var all = Gather(mine);
        if (Array.FindIndex(all, one => one != all[0]) is > 0 and var other)
            throw new RankFailure($"rank {other} has another {what} than rank 0. {advice}");
    }

    /// <summary>What rank 0 has, a few numbers or words; the others' own is not looked at.</summary>
    public T FromFirst<T>(T mine) =>
        mpi is null ? mine : JsonSerializer.Deserialize<T>(Gather(IsFirst ? JsonSerializer.Serialize(mine) : "")[0])!;

    /// <summary>Puts the root's numbers into everybody's tensors, which are of any type and device.</summary>
    public void Broadcast(IEnumerable<Tensor> tensors, int root = 0)
    {
        using var _ = no_grad();
        foreach (var tensor in mpi is null ? [] : tensors)
        {
            using var scope = NewDisposeScope();
            var flat = tensor.detach().contiguous().view(-1);
            Carry(flat, piece => mpi!.Broadcast(piece.bytes, root), nccl => nccl.Broadcast(flat, root));
            if (Rank != root && !tensor.is_contiguous())
                tensor.copy_(flat.view_as(tensor));
        }
    }

    /// <summary>Replaces every rank's tensors by their mean over all ranks.</summary>
    /// <param name="tensors">The same shapes on every rank, all of one type and on one device.</param>
    /// <param name="rows">Whether they are gradients of rows of W, which <see cref="RankTraffic.RowBytes"/> counts.</param>
    public void Average(IReadOnlyList<Tensor> tensors, bool rows = false)
    {
        if (mpi is null || tensors.Count == 0)
            return;
        if (tensors[0].dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"a mean over ranks of {tensors[0].dtype}; expected Float32 or Float64", nameof(tensors));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var inPlace = tensors.Count == 1 && tensors[0].is_contiguous();
        var flat = inPlace ? tensors[0].detach().view(-1) : cat([.. tensors.Select(tensor => tensor.reshape(-1))]);
        flat.Div_(Count);
        Carry(flat, mpi.Sum, nccl => nccl.Sum(flat));
        rowBytes += rows ? flat.element_size() * flat.numel() : 0;
        if (!inPlace)
            foreach (var (tensor, mean) in tensors.Zip(flat.split([.. tensors.Select(tensor => tensor.numel())])))
                tensor.copy_(mean.view_as(tensor));
    }

    /// <summary>Runs a rank's whole work and returns when all have done theirs. A rank that fails says why and ends all.</summary>
    /// <exception cref="OperationCanceledException">All were stopped.</exception>
    public void Run(Action work)
    {
        try
        {
            names = [.. Gather(Self).Select((process, rank) => $"rank {rank} ({process})")];
            try
            {
                work();
            }
            catch (OperationCanceledException)
            {
                Leave();
                throw;
            }
            Leave();
        }
        catch (Exception failure) when (mpi is not null && failure is not OperationCanceledException)
        {
            Thread.Sleep(IsFirst ? TimeSpan.Zero : turn); // rank 0 may have met the same
            var why = failure is UserException ? failure.Message : LibtorchLoader.Explain(failure) ?? $"{failure}";
            Console.Error.WriteLine($"talkinghead: {(failure is RankFailure ? why : $"{names[Rank]} stopped: {why}")}");
            Thread.Sleep(heard);
            mpi.Abort(failure is UserException mistake ? mistake.ExitCode : 1);
            throw;
        }
    }

    // A flat tensor: on CUDA whole, on a CPU in pieces, one after the other.
    void Carry(Tensor flat, Action<Tensor> start, Action<Nccl> onDevice)
    {
        long size = flat.element_size(), most = PieceBytes / size;
        bytes += size * flat.numel();
        if (flat.device_type == DeviceType.CUDA)
            onDevice(nccl ??= new Nccl(this, flat.device.index, names[Rank], deadline));
        else
            for (long first = 0; first < flat.numel(); first += most)
            {
                using var piece = flat.narrow(0, first, Math.Min(most, flat.numel() - first));
                start(piece);
                Wait(mpi!.Done);
            }
    }

    byte[] Gather(Mpi mpi, byte[] mine, int most)
    {
        byte[] own = GC.AllocateArray<byte>(most, pinned: true), all = GC.AllocateArray<byte>(checked(most * Count), pinned: true);
        mine.CopyTo(own, 0);
        mpi.Gather(own, all);
        Wait(mpi.Done);
        GC.KeepAlive(own); // pinned, but MPI alone still reads it
        return all;
    }

    // This rank's work is done, the others may still be at theirs.
    void Leave()
    {
        Tell(Leaves);
        Wait(() => left.Count == Count - 1, leaving: true);
        using var _ = new Watchdog(deadline, $"{names[Rank]} has waited for {Limit} in MPI_Finalize: another hangs. The work is done.");
        nccl?.Dispose();
        mpi?.Finish();
    }

    // Before the deadline the others are asked who waits too; who gives no answer is the one that all wait for.
    void Wait(Func<bool> done, bool leaving = false)
    {
        var (clock, limit, asked) = (Stopwatch.StartNew(), deadline - answer - turn - heard, false);
        waited.Start();
        while (!done())
        {
            while (mpi!.Receive() is var (word, from))
            {
                (word == Leaves ? left : waiting).Add(from);
                if (word == Asks)
                    mpi.Send(from, Waits, Rank);
            }
            var missed = left.Count > 0 && !leaving; // or it left after this very collective, which then ends here too
            if (clock.Elapsed > limit || missed && !asked)
            {
                if (asked)
                    throw new RankFailure(Missing(missed));
                (asked, limit) = (true, clock.Elapsed + answer);
                waiting.Clear();
                Tell(Asks);
            }
            Thread.Sleep(clock.Elapsed < Eager ? 0 : 1);
        }
        waited.Stop();
        nccl?.SinceOthers.Restart();
    }

    void Tell(int word)
    {
        foreach (var other in Enumerable.Range(0, Count).Where(other => other != Rank))
            mpi!.Send(other, word, Rank);
    }

    string Missing(bool missed)
    {
        var who = string.Join(", ", names.Where((_, other) =>
            missed ? left.Contains(other) : other != Rank && !waiting.Contains(other) && !left.Contains(other)));
        string within = $"within {Limit}", advice = "Start all again with --resume.";
        return missed ? $"{who} has finished while others go on."
            : who != "" ? $"{who} has not come to the others {within}: it hangs, or its work takes longer. {advice}"
            : $"all ranks wait, but no message comes through {within}: the network between the machines is gone. {advice}";
    }
}

/// <summary>Ends this process with a sentence if a native call takes too long; the launcher then ends the others.</summary>
sealed class Watchdog(TimeSpan limit, string sentence) : IDisposable
{
    readonly Timer timer = new(_ => End(sentence), null, limit, Timeout.InfiniteTimeSpan);

    public void Dispose() => timer.Dispose();

    public static void End(string sentence)
    {
        Console.Error.WriteLine($"talkinghead: {sentence} Start all again with --resume.");
        Process.GetCurrentProcess().Kill();
    }
}
