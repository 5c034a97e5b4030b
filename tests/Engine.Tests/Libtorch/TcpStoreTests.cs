using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp.Libtorch;

namespace Engine.Tests.Libtorch;

public sealed class TcpStoreTests : IDisposable
{
    readonly TcpStore served = new("127.0.0.1", 0, serves: true, TimeSpan.FromSeconds(1));

    public void Dispose() => served.Dispose();

    TcpStore Connect() => new("127.0.0.1", served.Port, serves: false, TimeSpan.FromSeconds(1));

    [Fact]
    public void WhatOneSetsTheOtherGets()
    {
        using var other = Connect();
        byte[] value = [0, 1, 255];
        Assert.False(other.Has("key"));
        served.Set("key", value);
        Assert.True(other.Has("key"));
        Assert.Equal(value, other.Get("key"));
        other.Set("empty", []);
        Assert.Empty(served.Get("empty"));
    }

    [Fact]
    public void GetWaitsForAKeyThatIsNotThereYet()
    {
        using var other = Connect();
        var setter = new Thread(() =>
        {
            Thread.Sleep(100);
            served.Set("late", [7]);
        });
        setter.Start();
        Assert.Equal([7], other.Get("late"));
        setter.Join();
    }

    [Fact]
    public void NumbersAddUpAndKeysGo()
    {
        using var other = Connect();
        Assert.Equal(2, served.Add("count", 2));
        Assert.Equal(-1, other.Add("count", -3));
        Assert.True(other.Delete("count"));
        Assert.False(served.Delete("count"));
        Assert.Equal(1, served.Add("count", 1));
    }

    [Fact]
    public void AKeyThatNobodySetsFailsAfterTheStoresTime()
    {
        var clock = Stopwatch.StartNew();
        var failure = Assert.Throws<ExternalException>(() => served.Get("never"));
        Assert.StartsWith("store, get never: ", failure.Message);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 10);
    }

    [Fact]
    public void AStoreThatNobodyServesIsNamedAfterItsTime()
    {
        int port = served.Port;
        served.Dispose();
        var failure = Assert.Throws<ExternalException>(() => new TcpStore("127.0.0.1", port, serves: false, TimeSpan.FromSeconds(1)));
        Assert.StartsWith($"store at 127.0.0.1:{port}: ", failure.Message);
    }

    [Fact]
    public void ADisposedStoreSaysSo()
    {
        served.Dispose();
        Assert.Throws<ObjectDisposedException>(() => served.Add("key", 1));
    }
}
