namespace TalkingHead.Tests.Distributed;

/// <summary>Ranks on two machines that reach each other by a network of their own.</summary>
public sealed class TwoMachinesTests : IDisposable
{
    static readonly string[] Changes = ["training.report_every=1", "training.checkpoint_every=3", "training.steps=12", "training.warm_up=0.25"];

    readonly RankedRun runs = new();

    public void Dispose() => runs.Dispose();

    [Fact]
    public void TwoMachinesTrainWhatOneTrainsAndACutOffOneEndsBoth()
    {
        using var machines = TwoMachines.Make();
        runs.Train(2, "one", changes: Changes);

        using (var cut = new RankProcesses(2, runs.Command("two", timeout: 3, changes: [.. Changes, "training.steps=100000", "training.warm_up=0.00003"]), TwoMachines.Address(0), machines.On))
        {
            Assert.True(cut.WaitFor("step 4 of"), cut.Said(0) + cut.Said(1));
            machines.PullTheCable();
            Assert.Equal([1, 1], cut.End());
            Assert.Matches(@"rank 1 \(.*\) has given no sign of life for 3 s\. This rank ends", cut.Said(0));
            Assert.Matches(@"rank 0 \(198\.18\.77\.1\) has given no sign of life for 3 s\. This rank ends", cut.Said(1));
        }

        // The run goes on from its checkpoint, and ends as the one on one machine.
        machines.MendTheCable();
        using var ranks = new RankProcesses(2, runs.Command("two", resume: true, changes: Changes), TwoMachines.Address(0), machines.On);
        int[] codes = ranks.End();
        Assert.True(codes is [0, 0], ranks.Said(0) + ranks.Said(1));
        foreach (string file in new[] { "networks", "averages", "optimizers", "rows" }.Select(file => $"checkpoints/step-{12:D7}/{file}.safetensors"))
            Assert.True(runs.Bytes("one", file).AsSpan().SequenceEqual(runs.Bytes("two", file)), file);
    }
}
