using System.Globalization;
using System.Reflection;

namespace Engine.Tests.Skia;

/// <summary>Writes what reflection finds as the C# declaration a caller compiles against.</summary>
static class CSharpDeclaration
{
    static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Equality"] = "operator ==",
        ["op_Inequality"] = "operator !=",
        ["op_Addition"] = "operator +",
        ["op_Subtraction"] = "operator -",
    };

    /// <summary>The declaration of a type, after "::".</summary>
    public static string Of(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $":: public delegate {Name(invoke.ReturnType)} {type.Name} ({Parameters(invoke)});";
        }
        var kind = type.IsEnum ? "enum" : type.IsValueType ? "struct" : "class";
        var bases = type.IsClass && type.BaseType != typeof(object) ? $" : {Name(type.BaseType!)}" : "";
        return $":: public {kind} {type.Name}{bases}";
    }

    /// <summary>The declaration of a member that others can see; null for one they cannot.</summary>
    public static string? Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when Access(constructor) is { } access =>
            $"{access} {constructor.DeclaringType!.Name} ({Parameters(constructor)});",
        MethodInfo method when Access(method) is { } access => $"{access} {Static(method)}{Signature(method)};",
        PropertyInfo property => OfProperty(property),
        FieldInfo { IsLiteral: true } field when field.DeclaringType!.IsEnum =>
            $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}",
        FieldInfo { IsPublic: true } field => $"public {(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name};",
        _ => null,
    };

    static string? OfProperty(PropertyInfo property)
    {
        var getter = property.GetMethod;
        if (getter is null || Access(getter) is not { } access)
            return null;
        var setter = property.SetMethod is { IsPublic: true } ? " set;" : "";
        var index = property.GetIndexParameters() is { Length: > 0 } ? $"this[{Parameters(getter)}]" : property.Name;
        return $"{access} {Static(getter)}{Name(property.PropertyType)} {index} {{ get;{setter} }}";
    }

    static string? Access(MethodBase method) =>
        method.IsPublic ? "public" : method.IsFamilyOrAssembly ? "protected internal" : method.IsFamily ? "protected" : null;

    static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    static string Signature(MethodInfo method) => method.Name switch
    {
        "op_Implicit" or "op_Explicit" =>
            $"{method.Name[3..].ToLowerInvariant()} operator {Name(method.ReturnType)} ({Parameters(method)})",
        _ when method.IsGenericMethod =>
            $"{Name(method.ReturnType)} {method.Name}<{string.Join(", ", method.GetGenericArguments().Select(Name))}> ({Parameters(method)}) where T : struct",
        _ => $"{Name(method.ReturnType)} {Operators.GetValueOrDefault(method.Name, method.Name)} ({Parameters(method)})",
    };

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    static string Parameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var passing = !type.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var text = $"{passing}{Name(type.IsByRef ? type.GetElementType()! : type)} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {Default(parameter)}" : text;
    }

    static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "default",
        bool value => value ? "true" : "false",
        _ when parameter.ParameterType.IsEnum => $"{parameter.ParameterType.Name}.{Enum.GetName(parameter.ParameterType, parameter.DefaultValue)}",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static string Name(Type type)
    {
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Name(value)}?";
        if (type.IsGenericType)
            return $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        return type.Namespace is "System.IO" or "System.Numerics" ? type.FullName! : type.Name;
    }
}
