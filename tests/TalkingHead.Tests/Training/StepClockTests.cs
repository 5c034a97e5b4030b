using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class StepClockTests
{
    [Fact]
    public void TimeBelongsToThePhaseThatEndsIt()
    {
        using var clock = StepClock.Start(CPU);
        Thread.Sleep(30);
        StepClock.Mark(StepPhase.Backward);
        StepClock.Mark(StepPhase.Optimizer);
        Assert.InRange(clock.Seconds[StepPhase.Backward], 0.029, 5);
        Assert.InRange(clock.Seconds[StepPhase.Optimizer], 0, 0.029);
        Assert.Equal(0, clock.Seconds[StepPhase.Embedder]);
    }

    [Fact]
    public void WithoutAClockAMarkIsNothing()
    {
        var ended = StepClock.Start(CPU);
        ended.Dispose();
        StepClock.Mark(StepPhase.Backward);
        Assert.Equal(0, ended.Seconds[StepPhase.Backward]);
    }
}
