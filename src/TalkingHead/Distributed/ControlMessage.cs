using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace TalkingHead.Distributed;

enum ControlKind : byte
{
    /// <summary>To the server, first: the token and the rank.</summary>
    Hello,

    /// <summary>A sign of life, both ways.</summary>
    Beat,

    /// <summary>To the server: a rank's text of a round. To all: every rank's, when the last has come.</summary>
    Round,

    /// <summary>To the server: this rank stops, and why. To all: who failed.</summary>
    Failure,

    /// <summary>To the server: this rank has finished.</summary>
    Bye,
}

/// <summary>A message of the control line: kind, length, text. Both ends keep to the same limit on the length.</summary>
readonly record struct ControlMessage(ControlKind Kind, string Text)
{
    const int Header = 5, MostBytes = 1 << 24;

    /// <summary>The next message; none where the other end has closed the connection.</summary>
    /// <exception cref="IOException">The connection broke, was silent for its time, or does not speak this language.</exception>
    public static ControlMessage? Read(NetworkStream stream)
    {
        Span<byte> header = stackalloc byte[Header];
        if (stream.ReadAtLeast(header, Header, throwOnEndOfStream: false) < Header)
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[1..]);
        if (header[0] > (byte)ControlKind.Bye || length is < 0 or > MostBytes)
            throw new IOException("not a message of this program");
        byte[] text = new byte[length];
        return stream.ReadAtLeast(text, length, throwOnEndOfStream: false) < length ? null : new((ControlKind)header[0], Encoding.UTF8.GetString(text));
    }

    /// <summary>How a connection was lost, in words that follow the name of the rank at its other end.</summary>
    /// <param name="broken">What a read or a write threw; none where the other end has closed the connection.</param>
    /// <param name="silence">The silence allowed.</param>
    public static string Loss(Exception? broken, TimeSpan silence) => broken switch
    {
        null => "is gone: its connection ended",
        { InnerException: SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } } => $"has given no sign of life for {silence.TotalSeconds:0.#} s",
        _ => $"is gone: {broken.Message}",
    };

    /// <summary>Writes it whole, in one packet where it fits.</summary>
    public void Write(NetworkStream stream)
    {
        byte[] message = new byte[Header + Encoding.UTF8.GetByteCount(Text)];
        message[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(1), message.Length - Header);
        Encoding.UTF8.GetBytes(Text, message.AsSpan(Header));
        stream.Write(message);
    }
}
