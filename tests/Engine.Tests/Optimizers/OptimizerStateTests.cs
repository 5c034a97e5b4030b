using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Engine.Tests.Optimizers;

public sealed class OptimizerStateTests
{
    public static TheoryData<int> Runs => OptimizerParityTests.Runs;

    static void Steps(OptimizerHelper optimizer, Parameter[] parameters, int from, int to)
    {
        for (var step = from; step <= to; step++)
        {
            PyTorchRun.SetGradients(parameters, step);
            optimizer.step();
        }
    }

    static Parameter[] Copies(Parameter[] parameters) => [.. parameters.Select(parameter => new Parameter(parameter.detach().clone()))];

    [Theory, MemberData(nameof(Runs))]
    public void SavedAndLoadedItGoesOnToTheSameBits(int index)
    {
        var run = PyTorchRun.Runs.ElementAt(index);
        var parameters = PyTorchRun.Start();
        using var optimizer = PyTorchRun.Make(run, parameters);
        Steps(optimizer, parameters, 1, 9);
        using var file = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(file));

        var copies = Copies(parameters);
        using var resumed = PyTorchRun.Make(run, copies);
        foreach (var group in resumed.ParamGroups) group.LearningRate = 123; // what the file must put right
        file.Position = 0;
        resumed.load_state_dict(new BinaryReader(file));
        Assert.Equal(file.Length, file.Position);

        Steps(optimizer, parameters, 10, 20);
        Steps(resumed, copies, 10, 20);
        for (var k = 0; k < parameters.Length; k++) Assert.Equal(Compare.Floats(parameters[k]), Compare.Floats(copies[k]));
    }

    [Theory, MemberData(nameof(Runs))]
    public void ALoadedDictionaryIsACopy(int index)
    {
        var run = PyTorchRun.Runs.ElementAt(index);
        var parameters = PyTorchRun.Start();
        using var optimizer = PyTorchRun.Make(run, parameters);
        Steps(optimizer, parameters, 1, 6);
        var copies = Copies(parameters);
        using var other = PyTorchRun.Make(run, copies);
        other.load_state_dict(optimizer.state_dict());
        Assert.All(optimizer.state_dict().State.Zip(other.state_dict().State), pair => Assert.True(pair.First.ApproximatelyEquals(pair.Second)));
        Steps(optimizer, parameters, 7, 20);
        Steps(other, copies, 7, 20);
        for (var k = 0; k < parameters.Length; k++) Assert.Equal(Compare.Floats(parameters[k]), Compare.Floats(copies[k]));
    }

    [Fact]
    public void StateMadeInsideAScopeOutlivesIt()
    {
        var parameter = new Parameter(ones(3));
        Adam optimizer;
        using (NewDisposeScope()) optimizer = optim.Adam([parameter]);
        using var gradient = ones(3);
        parameter.grad = gradient;
        using (NewDisposeScope()) optimizer.step();
        Assert.Equal(1, ((Adam.State)optimizer.state_dict().State[0]).step);
    }

    [Fact]
    public void AFileOfAnotherNetworkIsRefusedWithBothSizes()
    {
        using var file = new MemoryStream();
        optim.Adam([new Parameter(ones(3))]).save_state_dict(new BinaryWriter(file));
        file.Position = 0;
        var error = Assert.Throws<InvalidDataException>(() => optim.Adam([new Parameter(ones(4))]).load_state_dict(new BinaryReader(file)));
        Assert.Equal("The optimiser file holds Float32 (3) where the parameter is Float32 (4). Load it into the network it was saved with.", error.Message);
    }

    [Fact]
    public void AFileOfAnotherOptimiserIsRefused()
    {
        using var file = new MemoryStream();
        optim.SGD([new Parameter(ones(3))], 0.1).save_state_dict(new BinaryWriter(file));
        file.Position = 0;
        var error = Assert.Throws<InvalidDataException>(() => optim.Adam([new Parameter(ones(3))]).load_state_dict(new BinaryReader(file)));
        Assert.Equal("The file holds the state of the optimiser \"SGD\", expected Adam.", error.Message);
    }

    [Fact]
    public void AFileThatNamesAGiantTensorIsRefusedBeforeAnythingIsAllocated()
    {
        using var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        optim.SGD([new Parameter(ones(2))], 0.1, momentum: 0.9).save_state_dict(writer);
        file.SetLength(file.Length - 1); // the flag that says no momentum is kept
        file.Position = file.Length;
        writer.Write(true);
        foreach (var number in (long[])[6, 2, 1L << 40, 1L << 40]) writer.Write7BitEncodedInt64(number);
        file.Position = 0;
        var error = Assert.Throws<InvalidDataException>(() => optim.SGD([new Parameter(ones(2))], 0.1, momentum: 0.9).load_state_dict(new BinaryReader(file)));
        Assert.Contains("(1099511627776, 1099511627776)", error.Message);
    }

    [Fact]
    public void ADisposedOptimiserFreesItsState()
    {
        var parameter = new Parameter(ones(3));
        var optimizer = optim.Adam([parameter], amsgrad: true);
        var state = (Adam.State)optimizer.state_dict().State[0];
        optimizer.Dispose();
        Assert.True(state.exp_avg!.IsInvalid && state.exp_avg_sq!.IsInvalid && state.max_exp_avg_sq!.IsInvalid);
    }
}
