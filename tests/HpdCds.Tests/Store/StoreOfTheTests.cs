using System.Runtime.CompilerServices;

namespace HpdCds.Tests.Store;

/// <summary>Every service of a test run that does not say otherwise remembers in one file that goes with the run.</summary>
internal static class StoreOfTheTests
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("hpdcds-").FullName;

    /// <summary>A store of one service, where what another one remembers would be in the way.</summary>
    public static string New() => $"Data Source={Path.Combine(Folder, $"{Guid.NewGuid():n}.db")}";

    [ModuleInitializer]
    internal static void Place()
    {
        Environment.SetEnvironmentVariable("HpdCds__Store__Connection", New());
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
            }
            catch (IOException)
            {
                // The machine clears its own temporary files.
            }
        };
    }
}
