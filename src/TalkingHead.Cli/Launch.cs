using System.Globalization;
using TalkingHead.Distributed;
using TalkingHead.Training;
using TorchSharp;

namespace TalkingHead.Cli;

/// <summary>A verb's work in one process, or as one of the ranks that a launcher started.</summary>
static class Launch
{
    /// <summary>What the option is called, for what it says when it is wrong.</summary>
    public const string Option = "rank-timeout";

    /// <param name="device">As asked: "auto", "cpu", "cuda", "cuda:1".</param>
    /// <param name="timeout">Seconds that a rank waits for another.</param>
    /// <param name="work">Gets the device that this rank takes, and the ranks.</param>
    public static void Run(string device, double timeout, Action<string, Ranks> work)
    {
        if (timeout is not (>= 1 and <= 86400))
            throw UserException.Usage($"--{Option} {timeout}: expected 1 to 86400 seconds.");
        if (Launcher.Find(Environment.GetEnvironmentVariable) is not { } launcher)
        {
            work(device, Ranks.Alone);
            return;
        }
        var ranks = new Ranks(launcher.Name, launcher.Count, TimeSpan.FromSeconds(timeout));
        ranks.Run(() =>
        {
            var place = RankPlace.Among(ranks.Rank, ranks.Gather(Environment.MachineName), ranks.Gather(Devices.Processors));
            Devices.ShareProcessors(place.Sharing);
            work(place.Device(device, torch.cuda.is_available() ? torch.cuda.device_count() : 0), ranks);
        });
    }
}

/// <summary>What started this process as one of several. A process without one is alone, and never loads MPI.</summary>
/// <param name="Name">As the user calls it.</param>
/// <param name="Count">Processes that it started.</param>
sealed record Launcher(string Name, int Count)
{
    // Open MPI's, MPICH's, Slurm's. The order matters: an mpirun inside a Slurm job shows Slurm's too, which counts its daemons.
    static readonly (string Variable, string Name)[] All = [("OMPI_COMM_WORLD_SIZE", "mpirun"), ("PMI_SIZE", "mpiexec"),
        ("SLURM_STEP_NUM_TASKS", "srun")];

    /// <summary>What the environment says; null for a process of its own.</summary>
    /// <param name="variable">Gives the value of a variable, null where it is not set.</param>
    /// <exception cref="UserException">A variable makes no sense.</exception>
    public static Launcher? Find(Func<string, string?> variable)
    {
        foreach (var (name, launcher) in All)
            if (variable(name) is { } text)
                return !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0
                    ? throw UserException.Usage($"{name} is \"{text}\"; expected a number of processes.")
                    : count > 1 ? new Launcher(launcher, count) : null;
        return variable("WORLD_SIZE") is null or "1" ? null // else several processes would write one run
            : throw UserException.Usage($"WORLD_SIZE is {variable("WORLD_SIZE")}, but neither mpirun nor srun started this process. Start "
                + $"ranks with mpirun, srun or scripts/launch.sh, or unset WORLD_SIZE.");
    }
}

/// <summary>A rank among those of its machine.</summary>
/// <param name="LocalRank">Its number there, from 0: also that of its GPU.</param>
/// <param name="Sharing">Ranks that run on the same processors, this one included: a launcher may have bound each to its own.</param>
sealed record RankPlace(int LocalRank, int Sharing)
{
    /// <param name="rank">This process among all.</param>
    /// <param name="machines">Every rank's machine, in the order of ranks.</param>
    /// <param name="processors">The processors that each may run on, as <see cref="Devices.Processors"/> names them.</param>
    public static RankPlace Among(int rank, string[] machines, string[] processors) =>
        new(machines.Take(rank).Count(machine => machine == machines[rank]),
            machines.Zip(processors).Count(other => other == (machines[rank], processors[rank])));

    /// <summary>
    /// The device that a rank takes for "auto" and "cuda": of <paramref name="devices"/> GPUs the one of its number on this
    /// machine, or the only one that the launcher lets it see.
    /// </summary>
    public string Device(string asked, int devices) => asked is "cuda" or "auto" && devices > 0
        ? $"cuda:{(devices == 1 ? 0 : LocalRank)}" : asked;
}
