using System.Globalization;

namespace TalkingHead.Distributed;

/// <summary>
/// Which of how many processes this one is, and where they meet, as launchers say it: torchrun's variables (RANK,
/// WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT) before those of srun and mpirun.
/// </summary>
/// <param name="Rank">This process, from 0.</param>
/// <param name="Count">All processes.</param>
/// <param name="LocalRank">This process among those of its machine: also the number of its GPU.</param>
/// <param name="LocalCount">Processes on this machine; 0 where the launcher does not say.</param>
/// <param name="Host">Name or address of rank 0's machine.</param>
/// <param name="Port">Where they meet there.</param>
public sealed record RankPlace(int Rank, int Count, int LocalRank, int LocalCount, string Host, int Port)
{
    const int UsualPort = 29500;

    /// <summary>Whether the launcher serves the store itself, as torchrun does.</summary>
    public bool LauncherServes { get; init; }

    /// <summary>Tells the keys of this start from those of an earlier one in the same store.</summary>
    public string Attempt { get; init; } = "0";

    /// <summary>Gloo's network interface, where the user chose one.</summary>
    public string? Interface { get; init; }

    /// <summary>What the environment says; none for a process of its own.</summary>
    /// <exception cref="UserException">A variable is missing or makes no sense.</exception>
    public static RankPlace? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    internal static RankPlace? From(Func<string, string?> variable)
    {
        if (variable("WORLD_SIZE") is not null || variable("RANK") is not null)
            return Read("WORLD_SIZE", "RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", variable("MASTER_ADDR"), UsualPort);
        // Only inside of srun: a batch script of several tasks, which is one process, has SLURM_NTASKS too.
        if (variable("SLURM_STEP_NUM_TASKS") is { } tasks && tasks != "1")
            return Read("SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE", variable("MASTER_ADDR") ?? variable("SLURM_LAUNCH_NODE_IPADDR"),
                20000 + (int.TryParse(variable("SLURM_JOB_ID"), out int job) ? job % 10000 : 0));
        if (variable("OMPI_COMM_WORLD_SIZE") is { } size && size != "1")
            return Read("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE",
                variable("MASTER_ADDR") ?? (variable("OMPI_COMM_WORLD_LOCAL_SIZE") == size ? "127.0.0.1" : null), UsualPort);
        return null;

        RankPlace Read(string count, string rank, string localRank, string localCount, string? host, int port)
        {
            int all = Number(count, 1, 65536), mine = Number(rank, 0, all - 1);
            if (host is null)
                throw UserException.Usage($"{count} is {all}, but MASTER_ADDR is not set: set it to the name or address of rank 0's machine, the same for every rank.");
            return new RankPlace(mine, all, Optional(localRank, mine), Optional(localCount, 0), host, variable("MASTER_PORT") is null ? port : Number("MASTER_PORT", 1, 65535))
            {
                LauncherServes = variable("TORCHELASTIC_USE_AGENT_STORE") is "True",
                Attempt = variable("TORCHELASTIC_RESTART_COUNT") ?? "0",
                Interface = variable("GLOO_SOCKET_IFNAME"),
            };
        }

        int Number(string name, int least, int most)
        {
            string text = variable(name) ?? throw UserException.Usage($"{name} is not set. Start ranks with torchrun, srun, mpirun or scripts/launch.sh, which set RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT.");
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value
                : throw UserException.Usage($"{name} is \"{text}\"; expected {least} to {most}.");
        }

        // Slurm writes "8(x2)" for nodes that are alike.
        int Optional(string name, int otherwise) =>
            variable(name) is { } text && int.TryParse(text.AsSpan(0, text.TakeWhile(char.IsAsciiDigit).Count()), out int value) ? value : otherwise;
    }

    /// <summary>
    /// The device that a rank takes for "auto" and "cuda": of <paramref name="devices"/> GPUs the one of its number on this
    /// machine, or the only one that the launcher lets it see.
    /// </summary>
    public string Device(string asked, int devices) => asked is "cuda" or "auto" && devices > 0 ? $"cuda:{(devices == 1 ? 0 : LocalRank)}" : asked;
}
