namespace TalkingHead.Distributed;

/// <summary>Another rank is gone, stuck or stopped: the message names it. This rank is well, and ends.</summary>
public sealed class RankFailure(string message, Exception? inner = null) : UserException(message, inner);
