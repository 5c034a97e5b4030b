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
    /// <param name="timeout">Seconds that another rank may give no sign of life.</param>
    /// <param name="work">Gets the device that this rank takes, and the ranks.</param>
    public static void Run(string device, double timeout, Action<string, Ranks> work)
    {
        if (timeout is not (>= 1 and <= 86400))
            throw UserException.Usage($"--{Option} {timeout}: expected 1 to 86400 seconds.");
        if (RankPlace.FromEnvironment() is not { } place)
        {
            work(device, Ranks.Alone);
            return;
        }
        device = place.Device(device, torch.cuda.is_available() ? torch.cuda.device_count() : 0);
        Devices.ShareProcessors(place.LocalCount);
        using var ranks = new Ranks(place, Devices.Choose(device).Device, TimeSpan.FromSeconds(timeout));
        ranks.Run(() => work(device, ranks));
    }
}
