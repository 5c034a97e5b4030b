namespace TalkingHead.Cli;

/// <summary>--workers of the verbs that train.</summary>
static class WorkersOption
{
    public const string Name = "workers";

    public const string Help = "Threads that decode frames; 0 is one on a CPU, whose processors the step itself needs, and two beside a GPU. The result does not depend on it.";

    /// <exception cref="UserException">It is out of its range.</exception>
    public static void Check(int workers)
    {
        if (workers is < 0 or > 256)
            throw UserException.Usage($"--{Name} {workers}: expected 1 to 256, or 0 for as many as fit the device.");
    }
}
