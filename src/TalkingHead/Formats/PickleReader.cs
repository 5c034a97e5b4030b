using System.Numerics;
using static TalkingHead.Formats.PickleOpcode;

namespace TalkingHead.Formats;

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
