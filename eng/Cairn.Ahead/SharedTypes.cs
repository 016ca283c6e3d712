using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Cairn.Ahead;

/// <summary>Decodes signatures into types as shared code knows them.</summary>
sealed class SharedTypes : ISignatureTypeProvider<TypeName, object?>
{
    const byte ValueType = 0x11;

    static readonly TypeName Canon = new TypeName.Canon();

    /// <summary>As an argument of a generic type: references become one.</summary>
    public static TypeName Share(TypeName type) => type switch
    {
        TypeName.Plain { IsValue: false } or TypeName.Generic { Definition.IsValue: false } => Canon,
        TypeName.Primitive { Code: PrimitiveTypeCode.String or PrimitiveTypeCode.Object } => Canon,
        TypeName.Generic generic => generic with { Arguments = [.. generic.Arguments.Select(Share)] },
        _ => type,
    };

    public TypeName GetPrimitiveType(PrimitiveTypeCode typeCode) => new TypeName.Primitive(typeCode);

    public TypeName GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeDefinition(handle);
        var declaring = type.GetDeclaringType();
        return new TypeName.Plain(
            declaring.IsNil ? reader.GetString(reader.GetAssemblyDefinition().Name) : null,
            declaring.IsNil ? null : (TypeName.Plain)GetTypeFromDefinition(reader, declaring, 0),
            reader.GetString(type.Namespace), reader.GetString(type.Name), rawTypeKind == ValueType);
    }

    public TypeName GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        var isNested = type.ResolutionScope.Kind == HandleKind.TypeReference;
        return new TypeName.Plain(
            type.ResolutionScope.Kind == HandleKind.AssemblyReference
                ? reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
                : isNested ? null : reader.GetString(reader.GetAssemblyDefinition().Name),
            isNested
                ? (TypeName.Plain)GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0) : null,
            reader.GetString(type.Namespace), reader.GetString(type.Name), rawTypeKind == ValueType);
    }

    public TypeName GetGenericInstantiation(TypeName genericType, ImmutableArray<TypeName> typeArguments) =>
        new TypeName.Generic((TypeName.Plain)genericType, typeArguments);

    // Only shared code is asked for: for any reference in their place.
    public TypeName GetGenericTypeParameter(object? genericContext, int index) => Canon;
    public TypeName GetGenericMethodParameter(object? genericContext, int index) => Canon;
    public TypeName GetSZArrayType(TypeName elementType) => Canon;
    public TypeName GetArrayType(TypeName elementType, ArrayShape shape) => Canon;
    public TypeName GetModifiedType(TypeName modifier, TypeName unmodifiedType, bool isRequired) => unmodifiedType;
    public TypeName GetPinnedType(TypeName elementType) => elementType;

    public TypeName GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public TypeName GetByReferenceType(TypeName elementType) => new TypeName.Unusable();
    public TypeName GetPointerType(TypeName elementType) => new TypeName.Unusable();
    public TypeName GetFunctionPointerType(MethodSignature<TypeName> signature) => new TypeName.Unusable();
}
