using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

/// <summary>Numbers of the system calls that go without a wrapper of the C library.</summary>
static class SystemCallNumbers
{
    // Calls newer than 2019 have one number on all architectures.
    public const int OpenAt2 = 437;
    public const int SetAttributeAt = 463;
    public const int GetAttributeAt = 464;
    public const int ListAttributesAt = 465;

    public static readonly int RenameAt2 = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 316,
        Architecture.X86 => 353,
        Architecture.Arm => 382,
        Architecture.Ppc64le => 357,
        Architecture.S390x => 347,
        _ => 276,
    };

    public static readonly int GetDents64 = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 217,
        Architecture.X86 => 220,
        Architecture.Arm => 217,
        Architecture.Ppc64le => 202,
        Architecture.S390x => 220,
        _ => 61, // arm64, riscv64 and loongarch64 share the generic table
    };
}
