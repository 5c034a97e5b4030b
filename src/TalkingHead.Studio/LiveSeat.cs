using Microsoft.AspNetCore.Http;
using TalkingHead.Provenance;

namespace TalkingHead.Studio;

/// <summary>One page at a time drives a head: two would halve each other's speed. Another one is told, and may take over.</summary>
sealed class LiveSeat(HeadShelf shelf, Downloads files, ContentCredentials credentials)
{
    /// <summary>A page that is loaded anew leaves as it comes.</summary>
    static readonly TimeSpan LeavingTime = TimeSpan.FromSeconds(1);

    readonly Lock change = new();
    LiveSession? seated;
    int sockets;

    /// <summary>Whose head is driven now.</summary>
    public string? HeadName
    {
        get
        {
            lock (change)
                return seated?.HeadName;
        }
    }

    /// <summary>Serves a page until it leaves.</summary>
    public async Task Serve(WebSocketManager sockets, string name, bool take, CancellationToken stop)
    {
        var path = shelf.PathOf(name);
        try
        {
            if (Interlocked.Increment(ref this.sockets) > Limits.LiveConnections)
                throw new RefusedException(503, "Too many pages are open; close some.");
            using var socket = await sockets.AcceptWebSocketAsync();
            await Serve(new LiveSession(socket, name, path, files, credentials), take, stop);
        }
        finally
        {
            Interlocked.Decrement(ref this.sockets);
        }
    }

    async Task Serve(LiveSession session, bool take, CancellationToken stop)
    {
        for (var hasWaited = false; Occupant(session) is { } other; hasWaited = true)
        {
            if (!take && hasWaited)
            {
                await session.End(LiveEnd.Taken, $"Another page drives {other.HeadName} now.");
                return;
            }
            if (take)
                await other.End(LiveEnd.Moved, "Another page has taken over.");
            await Task.WhenAny(other.Over, Task.Delay(LeavingTime, stop));
        }
        try
        {
            await session.Serve(stop);
        }
        finally
        {
            lock (change)
                seated = null;
        }
    }

    /// <summary>A head that is no more there is not driven on.</summary>
    public void Leave(string head)
    {
        LiveSession? session;
        lock (change)
            session = seated;
        if (session?.HeadName == head)
            _ = session.End(LiveEnd.Gone, "This head was renamed or deleted.");
    }

    // Who has the seat; null where it is this session's now.
    LiveSession? Occupant(LiveSession session)
    {
        lock (change)
        {
            if (seated is { Over.IsCompleted: false })
                return seated;
            seated = session;
            return null;
        }
    }
}
