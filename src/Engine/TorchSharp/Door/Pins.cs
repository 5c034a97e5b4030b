using System.Runtime.InteropServices;

namespace TorchSharp.Door;

/// <summary>Arrays held in place for the length of one call. Most calls hold at most four.</summary>
struct Pins
{
    GCHandle first, second, third, fourth;
    List<GCHandle>? more;
    int count;

    internal long Pin(object array)
    {
        var handle = GCHandle.Alloc(array, GCHandleType.Pinned);
        switch (count++)
        {
            case 0: first = handle; break;
            case 1: second = handle; break;
            case 2: third = handle; break;
            case 3: fourth = handle; break;
            default: (more ??= []).Add(handle); break;
        }
        return handle.AddrOfPinnedObject();
    }

    internal readonly void Dispose()
    {
        if (count > 0) first.Free();
        if (count > 1) second.Free();
        if (count > 2) third.Free();
        if (count > 3) fourth.Free();
        if (more is null) return;
        foreach (var handle in more) handle.Free();
    }
}
