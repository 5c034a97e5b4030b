using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using static TalkingHead.Serialization.PickleOpcode;

namespace TalkingHead.Serialization;

/// <summary>
/// Reads one pickle into plain values. It is a stack machine of its own that knows containers, scalars and the
/// names of <see cref="PickleNames"/>; it loads no class and calls nothing else.
/// </summary>
sealed class PickleReader(PickleCursor cursor, Func<PickledValue, PickledValue> loadPersistent, PickleNames names)
{
    readonly List<PickledValue> stack = [];
    readonly List<int> marks = [];
    readonly List<PickledValue> memo = [];

    /// <summary>Reads up to STOP and returns the one value that is left.</summary>
    /// <exception cref="UserException">Anything but plain data, or damage; the message names it.</exception>
    internal PickledValue Read()
    {
        for (var opcode = Next(); opcode != STOP; opcode = Next())
            Execute(opcode);
        if (stack.Count != 1 || marks.Count != 0)
            throw cursor.Refuse($"{stack.Count} values are left at the end, one is expected");
        PickleGraph.Check(stack[0], cursor);
        return stack[0];
    }

    PickleOpcode Next()
    {
        cursor.Spend(1);
        return (PickleOpcode)cursor.Byte();
    }

    void Execute(PickleOpcode opcode)
    {
        if (!Scalar(opcode) && !Container(opcode) && !Memo(opcode) && !Call(opcode))
            throw cursor.Refuse(Enum.IsDefined(opcode)
                ? $"the opcode {opcode} is not used for tensors and plain containers"
                : $"0x{(byte)opcode:x2} is not an opcode");
    }

    bool Scalar(PickleOpcode opcode)
    {
        PickledValue? value = opcode switch
        {
            NONE => PickledNone.Value,
            NEWTRUE => new PickledBool(true),
            NEWFALSE => new PickledBool(false),
            BININT => new PickledInteger(cursor.Int32()),
            BININT1 => new PickledInteger(cursor.Byte()),
            BININT2 => new PickledInteger(cursor.UInt16()),
            LONG1 => new PickledInteger(cursor.Integer(cursor.Byte())),
            LONG4 => new PickledInteger(cursor.Integer(cursor.Int32())),
            BINFLOAT => new PickledFloat(cursor.Float64()),
            SHORT_BINUNICODE => new PickledString(cursor.Text(cursor.Byte())),
            BINUNICODE => new PickledString(cursor.Text(cursor.UInt32())),
            BINUNICODE8 => new PickledString(cursor.Text(cursor.Int64())),
            SHORT_BINSTRING => new PickledString(cursor.Latin1(cursor.Byte())),
            BINSTRING => new PickledString(cursor.Latin1(cursor.Int32())),
            SHORT_BINBYTES => new PickledBytes(cursor.Take(cursor.Byte()).ToArray()),
            BINBYTES => new PickledBytes(cursor.Take(cursor.UInt32()).ToArray()),
            BINBYTES8 => new PickledBytes(cursor.Take(cursor.Int64()).ToArray()),
            _ => null,
        };
        if (value is not null)
            stack.Add(value);
        return value is not null;
    }

    bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case MARK: marks.Add(stack.Count); break;
            case POP_MARK: PopMark(); break;
            case POP: Pop(); break;
            case DUP: stack.Add(Peek()); break;
            case EMPTY_DICT: stack.Add(new PickledDictionary()); break;
            case EMPTY_LIST: Push(PickledSequence.Sort.List, []); break;
            case EMPTY_TUPLE: Push(PickledSequence.Sort.Tuple, []); break;
            case EMPTY_SET: Push(PickledSequence.Sort.Set, []); break;
            case LIST: Push(PickledSequence.Sort.List, PopMark()); break;
            case TUPLE: Push(PickledSequence.Sort.Tuple, PopMark()); break;
            case TUPLE1: Push(PickledSequence.Sort.Tuple, PopMany(1)); break;
            case TUPLE2: Push(PickledSequence.Sort.Tuple, PopMany(2)); break;
            case TUPLE3: Push(PickledSequence.Sort.Tuple, PopMany(3)); break;
            case FROZENSET: Push(PickledSequence.Sort.Set, PopMark()); break;
            case DICT:
                var entries = PopMark();
                stack.Add(new PickledDictionary());
                SetItems(entries);
                break;
            case APPEND: Extend(PopMany(1), PickledSequence.Sort.List); break;
            case APPENDS: Extend(PopMark(), PickledSequence.Sort.List); break;
            case ADDITEMS: Extend(PopMark(), PickledSequence.Sort.Set); break;
            case SETITEM: SetItems(PopMany(2)); break;
            case SETITEMS: SetItems(PopMark()); break;
            default: return false;
        }
        return true;
    }

    bool Memo(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PROTO:
                if (cursor.Byte() is var protocol and (< 2 or > 5))
                    throw cursor.Refuse($"pickle protocol {protocol} is not one of 2 to 5");
                break;
            case FRAME: cursor.Int64(); break; // a hint for buffering
            case MEMOIZE: memo.Add(Peek()); break;
            case BINPUT: Put(cursor.Byte()); break;
            case LONG_BINPUT: Put(cursor.UInt32()); break;
            case BINGET: stack.Add(Get(cursor.Byte())); break;
            case LONG_BINGET: stack.Add(Get(cursor.UInt32())); break;
            default: return false;
        }
        return true;
    }

    bool Call(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case GLOBAL: stack.Add(names.Resolve(cursor.Line(), cursor.Line())); break;
            case STACK_GLOBAL:
                if (PopMany(2) is not [PickledString module, PickledString name])
                    throw cursor.Refuse("STACK_GLOBAL without two texts");
                stack.Add(names.Resolve(module.Value, name.Value));
                break;
            case REDUCE:
                if (PopMany(2) is not [PickledName callee, PickledSequence { Kind: PickledSequence.Sort.Tuple } arguments])
                    throw cursor.Refuse("REDUCE calls what is no known name with its arguments in a tuple");
                stack.Add(names.Call(callee.Name, arguments.Items));
                break;
            case BUILD:
                var state = Pop();
                stack[^1] = names.Build(Peek(), state);
                break;
            case BINPERSID: stack.Add(loadPersistent(Pop())); break;
            default: return false;
        }
        return true;
    }

    void Push(PickledSequence.Sort kind, List<PickledValue> items) => stack.Add(new PickledSequence(kind, items));

    // What lies below the last mark is out of reach of every pop, as in Python.
    int Bottom => marks.Count == 0 ? 0 : marks[^1];

    PickledValue Peek() => stack.Count > Bottom ? stack[^1] : throw cursor.Refuse("the stack is empty");

    PickledValue Pop()
    {
        var value = Peek();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    List<PickledValue> PopMany(int count)
    {
        if (stack.Count - Bottom < count)
            throw cursor.Refuse("the stack is empty");
        var values = stack.GetRange(stack.Count - count, count);
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    List<PickledValue> PopMark()
    {
        if (marks.Count == 0)
            throw cursor.Refuse("a mark is missing");
        var values = PopMany(stack.Count - marks[^1]);
        marks.RemoveAt(marks.Count - 1);
        return values;
    }

    void Extend(List<PickledValue> values, PickledSequence.Sort kind)
    {
        if (Peek() is not PickledSequence sequence || sequence.Kind != kind)
            throw cursor.Refuse($"items are added to what is no {kind.ToString().ToLowerInvariant()}");
        sequence.Items.AddRange(values);
    }

    void SetItems(List<PickledValue> entries)
    {
        if (Peek() is not PickledDictionary dictionary || entries.Count % 2 != 0)
            throw cursor.Refuse("entries are set on what is no dict, or a key lacks its value");
        for (var i = 0; i < entries.Count; i += 2)
            dictionary.Items[names.Key(entries[i])] = entries[i + 1];
    }

    // Writers number the memo in order, so that a far index is damage or an attempt to fill the memory.
    void Put(long index)
    {
        if (index > memo.Count)
            throw cursor.Refuse($"memo entry {index} after {memo.Count} entries");
        if (index == memo.Count)
            memo.Add(Peek());
        else
            memo[(int)index] = Peek();
    }

    PickledValue Get(long index) => index < memo.Count ? memo[(int)index] : throw cursor.Refuse($"memo entry {index} of {memo.Count}");
}

/// <summary>Reads a pickle's bytes and arguments; every length is checked against what is left before anything is made.</summary>
sealed class PickleCursor
{
    // A state dict takes some 40 steps a tensor; this many take less than a second to refuse.
    const long MostWork = 4_000_000;
    const int LongestText = 64 << 20;
    const int LongestName = 256;
    const int LongestIntegerBytes = 255;

    static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly MappedFile file;
    readonly long start;
    readonly long end;
    readonly string where;

    /// <param name="file">The file that holds the pickle.</param>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">Where it must have ended.</param>
    /// <param name="where">What to call it in an error.</param>
    /// <param name="work">Steps already spent on other pickles of the same file.</param>
    internal PickleCursor(MappedFile file, long start, long end, string where, long work = 0)
    {
        (this.file, this.start, this.end, this.where) = (file, start, end, where);
        Position = start;
        Work = work;
    }

    internal long Position { get; private set; }

    internal long Work { get; private set; }

    internal UserException Refuse(string what) =>
        new($"{where}: {what}, at byte {Position - start} of the pickle. Nothing of it was executed. "
            + "Only tensors and plain containers are read: save again with torch.save(model.state_dict(), ...).");

    /// <summary>Counts steps of work, so that no file, however its parts repeat each other, takes long to refuse.</summary>
    internal void Spend(long steps)
    {
        Work += steps;
        if (Work > MostWork)
            throw Refuse($"it takes more than {MostWork} steps");
    }

    internal ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > end - Position)
            throw Refuse($"{count} bytes are announced and {end - Position} are left");
        if (count > LongestText)
            throw Refuse($"a text of {count} bytes is longer than {LongestText}");
        var bytes = file.Slice(Position, (int)count);
        Position += count;
        return bytes;
    }

    internal byte Byte() => Take(1)[0];

    internal int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    internal int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    internal uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    internal double Float64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    internal BigInteger Integer(long length)
    {
        if (length is < 0 or > LongestIntegerBytes)
            throw Refuse($"an integer of {length} bytes is longer than {LongestIntegerBytes}");
        return new BigInteger(Take(length));
    }

    internal string Text(long length)
    {
        try
        {
            return strictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Refuse("a text is not UTF-8");
        }
    }

    /// <summary>A Python 2 string: bytes that mean text in the checkpoints that have them.</summary>
    internal string Latin1(long length) => Encoding.Latin1.GetString(Take(length));

    /// <summary>Text up to the next newline.</summary>
    internal string Line()
    {
        var ahead = file.Slice(Position, (int)Math.Min(LongestName + 1, end - Position));
        var length = ahead.IndexOf((byte)'\n');
        if (length < 0)
            throw Refuse($"a name without an end within {LongestName} characters");
        var line = Text(length);
        Position++;
        return line;
    }
}

/// <summary>The opcodes of Python's pickle, protocols 2 to 5, by their names in <c>pickletools</c>.</summary>
enum PickleOpcode : byte
{
    MARK = (byte)'(',
    STOP = (byte)'.',
    POP = (byte)'0',
    POP_MARK = (byte)'1',
    DUP = (byte)'2',
    FLOAT = (byte)'F',
    INT = (byte)'I',
    BININT = (byte)'J',
    BININT1 = (byte)'K',
    LONG = (byte)'L',
    BININT2 = (byte)'M',
    NONE = (byte)'N',
    PERSID = (byte)'P',
    BINPERSID = (byte)'Q',
    REDUCE = (byte)'R',
    STRING = (byte)'S',
    BINSTRING = (byte)'T',
    SHORT_BINSTRING = (byte)'U',
    UNICODE = (byte)'V',
    BINUNICODE = (byte)'X',
    APPEND = (byte)'a',
    BUILD = (byte)'b',
    GLOBAL = (byte)'c',
    DICT = (byte)'d',
    EMPTY_DICT = (byte)'}',
    APPENDS = (byte)'e',
    GET = (byte)'g',
    BINGET = (byte)'h',
    INST = (byte)'i',
    LONG_BINGET = (byte)'j',
    LIST = (byte)'l',
    EMPTY_LIST = (byte)']',
    OBJ = (byte)'o',
    PUT = (byte)'p',
    BINPUT = (byte)'q',
    LONG_BINPUT = (byte)'r',
    SETITEM = (byte)'s',
    TUPLE = (byte)'t',
    EMPTY_TUPLE = (byte)')',
    SETITEMS = (byte)'u',
    BINFLOAT = (byte)'G',
    BINBYTES = (byte)'B',
    SHORT_BINBYTES = (byte)'C',
    PROTO = 0x80,
    NEWOBJ = 0x81,
    EXT1 = 0x82,
    EXT2 = 0x83,
    EXT4 = 0x84,
    TUPLE1 = 0x85,
    TUPLE2 = 0x86,
    TUPLE3 = 0x87,
    NEWTRUE = 0x88,
    NEWFALSE = 0x89,
    LONG1 = 0x8a,
    LONG4 = 0x8b,
    SHORT_BINUNICODE = 0x8c,
    BINUNICODE8 = 0x8d,
    BINBYTES8 = 0x8e,
    EMPTY_SET = 0x8f,
    ADDITEMS = 0x90,
    FROZENSET = 0x91,
    NEWOBJ_EX = 0x92,
    STACK_GLOBAL = 0x93,
    MEMOIZE = 0x94,
    FRAME = 0x95,
    BYTEARRAY8 = 0x96,
    NEXT_BUFFER = 0x97,
    READONLY_BUFFER = 0x98,
}
