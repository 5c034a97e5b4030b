using TalkingHead.Distributed;

namespace TalkingHead.Tests.Distributed;

public sealed class RankPlaceTests
{
    static RankPlace? From(params (string Name, string Value)[] variables) =>
        RankPlace.From(name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    [Fact]
    public void WithoutALaunchersVariablesAProcessIsAlone() => Assert.Null(From(("PATH", "/bin"), ("SLURM_NTASKS", "8"), ("SLURM_PROCID", "0")));

    [Fact]
    public void TorchrunsVariablesSayEverything()
    {
        var place = From(("RANK", "5"), ("WORLD_SIZE", "8"), ("LOCAL_RANK", "1"), ("LOCAL_WORLD_SIZE", "4"), ("MASTER_ADDR", "node7"), ("MASTER_PORT", "1234"),
            ("TORCHELASTIC_USE_AGENT_STORE", "True"), ("TORCHELASTIC_RESTART_COUNT", "2"), ("GLOO_SOCKET_IFNAME", "eth1"));
        Assert.Equal(new RankPlace(5, 8, 1, 4, "node7", 1234) { LauncherServes = true, Attempt = "2", Interface = "eth1" }, place);
    }

    [Fact]
    public void SrunsVariablesStandInInsideOfAStep()
    {
        var place = From(("SLURM_STEP_NUM_TASKS", "16"), ("SLURM_PROCID", "9"), ("SLURM_LOCALID", "1"), ("SLURM_STEP_TASKS_PER_NODE", "8(x2)"), ("SLURM_LAUNCH_NODE_IPADDR", "10.0.0.1"), ("SLURM_JOB_ID", "123456"));
        Assert.Equal(new RankPlace(9, 16, 1, 8, "10.0.0.1", 23456), place);
        Assert.Null(From(("SLURM_STEP_NUM_TASKS", "1"), ("SLURM_PROCID", "0")));
    }

    [Fact]
    public void MpirunsVariablesStandInAndOnOneMachineNeedNoAddress()
    {
        Assert.Equal(new RankPlace(1, 2, 1, 2, "127.0.0.1", 29500), From(("OMPI_COMM_WORLD_SIZE", "2"), ("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_LOCAL_RANK", "1"), ("OMPI_COMM_WORLD_LOCAL_SIZE", "2")));
        var mistake = Assert.Throws<UserException>(() => From(("OMPI_COMM_WORLD_SIZE", "4"), ("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_LOCAL_RANK", "1"), ("OMPI_COMM_WORLD_LOCAL_SIZE", "2")));
        Assert.Contains("MASTER_ADDR is not set", mistake.Message);
    }

    [Theory]
    [InlineData("WORLD_SIZE is not set", "RANK=0")]
    [InlineData("RANK is not set", "WORLD_SIZE=2")]
    [InlineData("MASTER_ADDR is not set", "WORLD_SIZE=2", "RANK=1")]
    [InlineData("RANK is \"2\"; expected 0 to 1", "WORLD_SIZE=2", "RANK=2", "MASTER_ADDR=a")]
    [InlineData("WORLD_SIZE is \"many\"", "WORLD_SIZE=many", "RANK=2", "MASTER_ADDR=a")]
    [InlineData("MASTER_PORT is \"70000\"; expected 1 to 65535", "WORLD_SIZE=2", "RANK=1", "MASTER_ADDR=a", "MASTER_PORT=70000")]
    public void WhatIsMissingOrWrongIsNamed(string sentence, params string[] variables)
    {
        var mistake = Assert.Throws<UserException>(() => From([.. variables.Select(variable => variable.Split('=')).Select(pair => (pair[0], pair[1]))]));
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
        Assert.Equal(expected, new RankPlace(11, 16, 3, 8, "node", 1).Device(asked, devices));
}
