using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class RecordedWorkTests
{
    [Fact]
    public void ACpuRecordsNothingAndDoesNotRunTheWork()
    {
        bool ran = false;
        Assert.Null(Acceleration.Record(CPU, () =>
        {
            ran = true;
            return [zeros(1)];
        }));
        Assert.False(ran);
    }

    [Fact]
    public void AReplayIsTheWorkOnWhatItsInputHoldsNow()
    {
        Assert.SkipUnless(cuda.is_available(), "no CUDA device here");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = ones(3, device: CUDA);
        if (Acceleration.Record(CUDA, () => [x + 1]) is not { } recorded)
            return; // a door without CUDA's headers
        using var owner = recorded.Owner;
        x.fill_(4);
        recorded.Replay();
        Assert.Equal(5, recorded.Results[0].cpu()[0].item<float>());
    }
}
