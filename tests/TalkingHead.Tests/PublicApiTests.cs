using System.Reflection;
using System.Text;

namespace TalkingHead.Tests;

/// <summary>
/// The library's public types and members are those of PublicApi.txt: a change of them is seen in review.
/// TALKINGHEAD_UPDATE=1 writes the file anew.
/// </summary>
public class PublicApiTests
{
    const string File = "tests/TalkingHead.Tests/PublicApi.txt";
    const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void ThePublicApiIsAsItWasAgreed()
    {
        string path = Repository.At(File), now = Describe(typeof(UserException).Assembly);
        if (Environment.GetEnvironmentVariable("TALKINGHEAD_UPDATE") == "1")
            System.IO.File.WriteAllText(path, now);
        string[] before = System.IO.File.ReadAllLines(path), after = now.TrimEnd().Split('\n');
        Assert.True(before.SequenceEqual(after), $"the public API changed (TALKINGHEAD_UPDATE=1 with this test writes {File}):\n"
            + string.Join('\n', before.Except(after).Select(line => $"- {line}").Concat(after.Except(before).Select(line => $"+ {line}"))));
    }

    static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(Name, StringComparer.Ordinal))
            foreach (var line in type.GetMembers(Declared).Select(member => Describe(type, member)).OfType<string>()
                .Order(StringComparer.Ordinal).Prepend(Kind(type)))
                text.Append(line).Append('\n');
        return text.ToString();
    }

    static string Kind(Type type) => $"{(type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface"
        : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsSealed ? "sealed class" : "class")} {Name(type)}"
        + (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum)
            ? $" : {Name(parent)}" : "");

    // What the compiler makes of a record beside what is written is left out.
    static string? Describe(Type type, MemberInfo member)
    {
        string Accessor(MethodInfo? accessor, string word) => accessor is not null && Visible(accessor) ? $" {word};" : "";
        string Arguments(MethodInfo method) => !method.IsGenericMethod ? ""
            : $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>";
        var shown = member switch
        {
            _ when member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)) => null,
            FieldInfo { IsSpecialName: false } field when Visible(field) => $"{Name(field.FieldType)} {field.Name}",
            PropertyInfo property when property.GetAccessors(nonPublic: true).Any(Visible) =>
                $"{Name(property.PropertyType)} {property.Name}{Parameters(property.GetIndexParameters(), '[', ']')} "
                    + $"{{{Accessor(property.GetMethod, "get")}{Accessor(property.SetMethod, "set")} }}",
            ConstructorInfo constructor when Visible(constructor) => $"new{Parameters(constructor.GetParameters(), '(', ')')}",
            MethodInfo method when Visible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
                $"{Name(method.ReturnType)} {method.Name}{Arguments(method)}{Parameters(method.GetParameters(), '(', ')')}",
            _ => null,
        };
        return shown is null ? null : $"{Name(type)}: {shown}";
    }

    static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    static bool Visible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    static string Parameters(ParameterInfo[] parameters, char open, char close) =>
        parameters.Length == 0 && open == '[' ? "" : open + string.Join(", ",
            parameters.Select(parameter =>
                $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = …" : "")}")) + close;

    static string Name(Type type)
    {
        if (type.IsByRef)
            return $"ref {Name(type.GetElementType()!)}";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        var name = type.IsGenericParameter ? type.Name : type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}"
            : (type.Namespace ?? "").StartsWith("TalkingHead", StringComparison.Ordinal) ? type.FullName! : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
