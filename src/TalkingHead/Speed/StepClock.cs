using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Speed;

/// <summary>The parts of a training step that a clock tells apart.</summary>
public enum StepPhase
{
    Embedder,
    Generator,
    Content,
    Discriminator,
    Backward,

    Optimizer,

    /// <summary>Other ranks' gradients are not there yet.</summary>
    WaitingForRanks,

    /// <summary>The loader had no batch ready.</summary>
    WaitingForData,
    Other,
}

/// <summary>
/// Where a step's time goes. A benchmark starts one on its thread; the step tells it what has just ended. Without a
/// clock that is a look at one thread-local field; with one on a GPU each mark waits for the device.
/// </summary>
public sealed class StepClock : IDisposable
{
    [ThreadStatic] static StepClock? current;

    readonly double[] seconds = new double[Enum.GetValues<StepPhase>().Length];
    readonly Device device;
    long last = Stopwatch.GetTimestamp();

    StepClock(Device device) => this.device = device;

    /// <summary>Starts this thread's clock, until it is disposed.</summary>
    public static StepClock Start(Device device) => current = new StepClock(device);

    /// <summary>All time since the mark before belongs to <paramref name="ended"/>.</summary>
    public static void Mark(StepPhase ended) => current?.Add(ended);

    /// <summary>Seconds of each phase so far.</summary>
    public IReadOnlyDictionary<StepPhase, double> Seconds => Enum.GetValues<StepPhase>().ToDictionary(phase => phase, phase => seconds[(int)phase]);

    void Add(StepPhase ended)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
        long now = Stopwatch.GetTimestamp();
        seconds[(int)ended] += Stopwatch.GetElapsedTime(last, now).TotalSeconds;
        last = now;
    }

    /// <inheritdoc/>
    public void Dispose() => current = null;
}
