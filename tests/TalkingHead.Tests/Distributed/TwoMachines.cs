using System.Diagnostics;

namespace TalkingHead.Tests.Distributed;

/// <summary>Two machines on one: network namespaces with an address each, joined by a cable that can be pulled.</summary>
sealed class TwoMachines : IDisposable
{
    readonly string name = $"th{Environment.ProcessId}";

    TwoMachines()
    {
    }

    /// <summary>Two addresses that are nobody's here.</summary>
    public static string Address(int machine) => $"198.18.77.{machine + 1}";

    /// <summary>What a command line starts with to run on a machine.</summary>
    public string[] On(int machine) => ["ip", "netns", "exec", Namespace(machine)];

    string Namespace(int machine) => $"{name}-{machine}";

    /// <summary>Makes them; skips the test with a sentence where that is not possible.</summary>
    public static TwoMachines Make()
    {
        var machines = new TwoMachines();
        try
        {
            for (int machine = 0; machine < 2; machine++)
                Ip("netns", "add", machines.Namespace(machine));
            Ip("link", "add", "cable0", "netns", machines.Namespace(0), "type", "veth", "peer", "name", "cable1", "netns", machines.Namespace(1));
            for (int machine = 0; machine < 2; machine++)
            {
                Ip("-n", machines.Namespace(machine), "addr", "add", $"{Address(machine)}/24", "dev", $"cable{machine}");
                Ip("-n", machines.Namespace(machine), "link", "set", $"cable{machine}", "up");
                Ip("-n", machines.Namespace(machine), "link", "set", "lo", "up");
            }
            return machines;
        }
        catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            machines.Dispose();
            Assert.Skip($"Network namespaces cannot be made here ({failure.Message}): this test needs root and iproute2.");
            throw;
        }
    }

    /// <summary>Nothing arrives any more, and nobody is told.</summary>
    public void PullTheCable() => Ip("-n", Namespace(1), "link", "set", "cable1", "down");

    /// <summary>Puts it back.</summary>
    public void MendTheCable() => Ip("-n", Namespace(1), "link", "set", "cable1", "up");

    static void Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(error.Trim());
    }

    public void Dispose()
    {
        for (int machine = 0; machine < 2; machine++)
            try
            {
                Ip("netns", "delete", Namespace(machine));
            }
            catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It was not made.
            }
    }
}
