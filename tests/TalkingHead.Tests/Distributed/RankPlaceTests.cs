using TalkingHead.Cli;
using TalkingHead.Training;

namespace TalkingHead.Tests.Distributed;

/// <summary>Who started this process, and which GPU it takes.</summary>
public sealed class RankPlaceTests
{
    static Launcher? From(params (string Name, string Value)[] variables) =>
        Launcher.Find(name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    [Fact]
    public void WithoutALaunchersVariablesAProcessIsAlone()
    {
        Assert.Null(From(("PATH", "/bin"), ("SLURM_NTASKS", "8"), ("SLURM_PROCID", "0")));
        Assert.Null(From(("WORLD_SIZE", "1")));
    }

    [Theory]
    [InlineData("mpirun", 4, "OMPI_COMM_WORLD_SIZE=4")]
    [InlineData("mpiexec", 3, "PMI_SIZE=3")]
    [InlineData("srun", 16, "SLURM_STEP_NUM_TASKS=16")]
    [InlineData("mpirun", 16, "SLURM_STEP_NUM_TASKS=2", "OMPI_COMM_WORLD_SIZE=16")] // its daemons, one a machine, are Slurm's tasks
    [InlineData("mpirun", 2, "OMPI_COMM_WORLD_SIZE=2", "WORLD_SIZE=2")]
    public void ALauncherIsKnownByItsVariable(string name, int count, params string[] variables) =>
        Assert.Equal(new Launcher(name, count),
            From([.. variables.Select(variable => variable.Split('=')).Select(pair => (pair[0], pair[1]))]));

    [Theory, InlineData("OMPI_COMM_WORLD_SIZE"), InlineData("PMI_SIZE"), InlineData("SLURM_STEP_NUM_TASKS")]
    public void OneProcessOfALauncherIsAlone(string variable) => Assert.Null(From((variable, "1")));

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE is \"many\"; expected a number of processes.", "OMPI_COMM_WORLD_SIZE=many")]
    [InlineData("PMI_SIZE is \"0\"", "PMI_SIZE=0")]
    [InlineData("WORLD_SIZE is 2, but neither mpirun nor srun started this process. Start ranks with mpirun, srun or scripts/launch.sh",
        "WORLD_SIZE=2", "RANK=0")]
    public void WhatIsWrongIsNamed(string sentence, params string[] variables)
    {
        var mistake = Assert.Throws<UserException>(() => From([.. variables.Select(variable => variable.Split('='))
            .Select(pair => (pair[0], pair[1]))]));
        Assert.Contains(sentence, mistake.Message);
        Assert.Equal(2, mistake.ExitCode);
    }

    [Theory]
    [InlineData("auto", 0, "auto")]
    [InlineData("auto", 8, "cuda:3")]
    [InlineData("cuda", 8, "cuda:3")]
    [InlineData("auto", 1, "cuda:0")] // a launcher that shows each rank its own GPU only
    [InlineData("cuda:1", 8, "cuda:1")]
    [InlineData("cpu", 8, "cpu")]
    public void ARankTakesTheGpuOfItsNumber(string asked, int devices, string expected) =>
        Assert.Equal(expected, new RankPlace(3, 8).Device(asked, devices));

    [Fact]
    public void ARanksNumberOnItsMachineCountsThoseBeforeItThere()
    {
        string[] machines = ["node1", "node2", "node1", "node2", "node2"];
        string[] all = [.. machines.Select(_ => "0-7")];
        Assert.Equal([new(0, 2), new(0, 3), new(1, 2), new(1, 3), new(2, 3)],
            Enumerable.Range(0, 5).Select(rank => RankPlace.Among(rank, machines, all)));
    }

    // srun --cpus-per-task=4: every rank counts its own four processors only, which are not to be divided again.
    [Fact]
    public void RanksBoundToTheirOwnProcessorsShareThemWithNobody() =>
        Assert.Equal([new(0, 1), new(1, 1), new(0, 1)], Enumerable.Range(0,
            3).Select(rank => RankPlace.Among(rank, ["node1", "node1", "node2"], ["0-3", "4-7", "0-3"])));

    [Fact]
    public void ABoundProcessNamesItsProcessors() => Assert.Equal(Environment.ProcessorCount, Devices.Processors.Split(',').Sum(range =>
        range.Split('-') is [var first, var last] ? int.Parse(last) - int.Parse(first) + 1 : 1));
}
