using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace Engine.Tests.Optimizers;

public sealed class SchedulerTests
{
    static SGD TwoGroups() => SGD([new SGD.ParamGroup([new Parameter(zeros(1))], lr: 0.1), new SGD.ParamGroup([new Parameter(zeros(1))], lr: 0.02)], 1);

    static lr_scheduler.LRScheduler Make(string name, Optimizer optimizer, JsonElement options) => name switch
    {
        "StepLR" => lr_scheduler.StepLR(optimizer, options.GetProperty("step_size").GetInt32(), options.GetProperty("gamma").GetDouble()),
        "MultiStepLR" => lr_scheduler.MultiStepLR(optimizer, [.. options.GetProperty("milestones").EnumerateArray().Select(step => step.GetInt32())], options.GetProperty("gamma").GetDouble()),
        "ExponentialLR" => lr_scheduler.ExponentialLR(optimizer, options.GetProperty("gamma").GetDouble()),
        "CosineAnnealingLR" => lr_scheduler.CosineAnnealingLR(optimizer, options.GetProperty("T_max").GetDouble(), options.GetProperty("eta_min").GetDouble()),
        "ConstantLR" => lr_scheduler.ConstantLR(optimizer, options.GetProperty("factor").GetDouble(), options.GetProperty("total_iters").GetInt32()),
        "LinearLR" => lr_scheduler.LinearLR(optimizer, options.GetProperty("start_factor").GetDouble(), options.GetProperty("end_factor").GetDouble(), options.GetProperty("total_iters").GetInt32()),
        _ => lr_scheduler.LambdaLR(optimizer, step => 1.0 / (1 + step)),
    };

    public static TheoryData<string> Names => [.. PyTorchRun.Fixture.GetProperty("schedulers").EnumerateArray().Select(row => row.GetProperty("scheduler").GetString()!)];

    [Theory, MemberData(nameof(Names))]
    public void RatesArePyTorchs(string name)
    {
        var row = PyTorchRun.Fixture.GetProperty("schedulers").EnumerateArray().Single(row => row.GetProperty("scheduler").GetString() == name);
        using var optimizer = TwoGroups();
        var scheduler = Make(name, optimizer, row.GetProperty("options"));
        foreach (var expected in row.GetProperty("rates").EnumerateArray())
        {
            Assert.Equal(expected.EnumerateArray().Select(rate => rate.GetDouble()), scheduler.get_last_lr(), (a, b) => Math.Abs(a - b) < 1e-12);
            Assert.Equal(scheduler.get_last_lr(), optimizer.ParamGroups.Select(group => group.LearningRate));
            scheduler.step();
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void AJumpLandsWhereTheStepsLead(string name)
    {
        var options = PyTorchRun.Fixture.GetProperty("schedulers").EnumerateArray().Single(row => row.GetProperty("scheduler").GetString() == name).GetProperty("options");
        using SGD walked = TwoGroups(), jumped = TwoGroups();
        var walker = Make(name, walked, options);
        for (var step = 0; step < 11; step++) walker.step();
        Make(name, jumped, options).step(11);
        Assert.Equal(walker.get_last_lr(), jumped.ParamGroups.Select(group => group.LearningRate), (a, b) => Math.Abs(a - b) < 1e-12);
    }
}
