using System.Net.WebSockets;
using TalkingHead.Provenance;

namespace TalkingHead.Studio;

/// <summary>One page at a time drives a head: two would halve each other's speed. Another one is told, and may take over.</summary>
sealed class LiveSeat(HeadShelf shelf, Downloads files, ContentCredentials credentials)
{
    readonly Lock change = new();
    LiveSession? seated;

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
    public async Task Serve(WebSocket socket, string name, bool take, CancellationToken stop)
    {
        var session = new LiveSession(socket, name, shelf.PathOf(name), files, credentials);
        while (Occupant(session) is { } other)
        {
            if (!take)
            {
                await session.End(LiveEnd.Taken, $"Another page drives {other.HeadName} now.");
                return;
            }
            await other.End(LiveEnd.Moved, "Another page has taken over.");
            await other.Over.WaitAsync(stop);
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
