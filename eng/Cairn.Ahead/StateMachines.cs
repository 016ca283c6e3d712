using System.Reflection.Metadata;

namespace Cairn.Ahead;

/// <summary>A state machine of an async method, and what its task gives.</summary>
sealed record StateMachine(TypeName Type, TypeName Result);

/// <summary>
/// The state machines of an assembly for whose boxes (what carries one on the heap while it waits) the runtime has
/// shared code: those that give a reference, and those of generic methods. The compiler finds the others by itself.
/// </summary>
sealed class StateMachines(MetadataReader reader)
{
    const string MachineInterface = "IAsyncStateMachine";
    const string BuilderField = "<>t__builder";

    static readonly SharedTypes Types = new();

    /// <summary>What a task of no result gives, for the runtime.</summary>
    static readonly TypeName Nothing = new TypeName.Plain(
        ProfileWriter.Core, Declaring: null, "System.Threading.Tasks", "VoidTaskResult", IsValue: true);

    public string Assembly { get; } = reader.GetString(reader.GetAssemblyDefinition().Name);

    public IEnumerable<StateMachine> FindShared()
    {
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            if (IsMachine(type) && ResultOf(type) is { } result && NameOf(handle, type) is { } name
                && (result.IsShared || name.IsShared))
                yield return new StateMachine(name, result);
        }
    }

    bool IsMachine(TypeDefinition type) => IsValue(type) && type.GetInterfaceImplementations()
        .Select(reader.GetInterfaceImplementation).Any(found => NameOf(found.Interface) == MachineInterface);

    // Other builders (of iterators, of types that bring their own) have boxes of other kinds.
    TypeName? ResultOf(TypeDefinition type)
    {
        foreach (var handle in type.GetFields())
        {
            var field = reader.GetFieldDefinition(handle);
            if (reader.GetString(field.Name) != BuilderField)
                continue;
            return field.DecodeSignature(Types, genericContext: null) switch
            {
                TypeName.Generic
                {
                    Definition.Name: "AsyncTaskMethodBuilder`1" or "AsyncValueTaskMethodBuilder`1",
                } builder => SharedTypes.Share(builder.Arguments[0]),
                TypeName.Plain { Name: "AsyncTaskMethodBuilder" or "AsyncValueTaskMethodBuilder" } => Nothing,
                _ => null,
            };
        }
        return null;
    }

    // Null where a parameter must be a value, for which no code is shared.
    TypeName? NameOf(TypeDefinitionHandle handle, TypeDefinition type)
    {
        var name = (TypeName.Plain)Types.GetTypeFromDefinition(reader, handle, rawTypeKind: 0) with { IsValue = true };
        var parameters = type.GetGenericParameters();
        if (parameters.Count == 0)
            return name;
        return parameters.Any(parameter => reader.GetGenericParameter(parameter).Attributes.HasFlag(
                System.Reflection.GenericParameterAttributes.NotNullableValueTypeConstraint))
            ? null : new TypeName.Generic(name, [.. parameters.Select(_ => new TypeName.Canon())]);
    }

    bool IsValue(TypeDefinition type) => NameOf(type.BaseType) == "ValueType";

    string? NameOf(EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference => reader.GetString(reader.GetTypeReference((TypeReferenceHandle)type).Name),
        HandleKind.TypeDefinition when !type.IsNil =>
            reader.GetString(reader.GetTypeDefinition((TypeDefinitionHandle)type).Name),
        _ => null,
    };
}
