using System.Reflection;
using System.Reflection.Emit;

namespace Engine.Tests.Parity;

/// <summary>Which methods a delegate calls, read from its code: lambdas inside it are followed, called methods are not.</summary>
static class CalledMethods
{
    static readonly Dictionary<short, OpCode> opcodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    internal static HashSet<MethodBase> Of(IEnumerable<Delegate> delegates)
    {
        var found = new HashSet<MethodBase>();
        foreach (var each in delegates) Collect(each.Method, found);
        return found;
    }

    static void Collect(MethodBase method, HashSet<MethodBase> found)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray();
        if (code is null) return;
        for (var at = 0; at < code.Length;)
        {
            var opcode = opcodes[code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at]];
            at += opcode.Size;
            if (opcode.OperandType == OperandType.InlineMethod)
            {
                var called = method.Module.ResolveMethod(BitConverter.ToInt32(code, at), method.DeclaringType!.GetGenericArguments(), null)!;
                if (found.Add(called) && opcode == OpCodes.Ldftn) Collect(called, found);
            }
            at += OperandSize(opcode, code, at);
        }
    }

    static int OperandSize(OpCode opcode, byte[] code, int at) => opcode.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
        _ => 4,
    };
}
