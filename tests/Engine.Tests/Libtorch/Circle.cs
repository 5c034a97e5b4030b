using System.Runtime.ExceptionServices;
using TorchSharp.Libtorch;

namespace Engine.Tests.Libtorch;

/// <summary>Some ranks as threads of this process, each with its own store and its own Gloo group over loopback.</summary>
static class Circle
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    public static void Run(int size, Action<ProcessGroup> rank, TimeSpan? timeout = null)
    {
        using var served = new TcpStore("127.0.0.1", 0, serves: true, patience);
        var failures = new Exception?[size];
        var threads = Enumerable.Range(0, size).Select(place => new Thread(() =>
        {
            try
            {
                using var store = new TcpStore("127.0.0.1", served.Port, serves: false, patience);
                using var group = new ProcessGroup(store, CollectiveBackend.Gloo, place, size, timeout ?? patience, address: "127.0.0.1");
                rank(group);
            }
            catch (Exception failure)
            {
                failures[place] = failure;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failures.FirstOrDefault(failure => failure is not null) is { } first) ExceptionDispatchInfo.Throw(first);
    }
}
