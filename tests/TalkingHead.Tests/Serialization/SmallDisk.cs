using System.Diagnostics;

namespace TalkingHead.Tests.Serialization;

/// <summary>A disk of a few kilobytes, in memory; skips the test with a sentence where none can be had.</summary>
sealed class SmallDisk : IDisposable
{
    /// <param name="folder">Where it is mounted.</param>
    /// <param name="size">As mount takes it, such as "300k".</param>
    internal SmallDisk(string folder, string size)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Mount("-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder),
            "a small disk can only be mounted by root, on Linux.");
    }

    internal string Folder { get; }

    internal void Grow(string size) => Assert.True(Mount("-o", $"remount,size={size}", Folder));

    static bool Mount(params string[] arguments)
    {
        using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
        mount.WaitForExit();
        return mount.ExitCode == 0;
    }

    public void Dispose()
    {
        using var unmount = Process.Start("umount", [Folder]);
        unmount.WaitForExit();
    }
}
