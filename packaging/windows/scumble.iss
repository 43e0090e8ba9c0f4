; Installer for Windows, made with Inno Setup 6.3 or newer:
;
;   cargo build --release
;   iscc packaging\windows\scumble.iss
;
; /DBinary=PATH takes another program, /DArch=arm64 makes an installer for ARM (default: x64compatible),
; /O+ and /OFOLDER are Inno Setup's own. The version is read from the program.

#ifndef Binary
  #define Binary "..\..\target\release\scumble.exe"
#endif
#ifndef Arch
  #define Arch "x64compatible"
#endif
#if !FileExists(AddBackslash(SourcePath) + Binary) && !FileExists(Binary)
  #error "The program is missing: cargo build --release, or /DBinary=PATH"
#endif
#define Version GetStringFileInfo(FileExists(Binary) ? Binary : AddBackslash(SourcePath) + Binary, "ProductVersion")
#if Version == ""
  #error "The program has no version: was it built on Windows?"
#endif

[Setup]
AppId={{6C1E1B0D-5C0B-4F7A-9C43-0E6F6B1D9A52}
AppName=Scumble
AppVersion={#Version}
AppVerName=Scumble {#Version}
AppPublisher=Scumble contributors
VersionInfoVersion={#Version}
DefaultDirName={autopf}\Scumble
DisableProgramGroupPage=yes
LicenseFile=..\..\LICENSE
SetupIconFile=scumble.ico
UninstallDisplayIcon={app}\scumble.exe
UninstallDisplayName=Scumble
OutputDir=..\..\target\windows
OutputBaseFilename=scumble-{#Version}-setup
ArchitecturesAllowed={#Arch}
ArchitecturesInstallIn64BitMode={#Arch}
MinVersion=10.0
; For one user without asking an administrator; the first page offers both.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
ChangesAssociations=yes
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"
Name: "german"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
english.OpenRaster=OpenRaster picture
german.OpenRaster=OpenRaster-Bild
english.Picture=Picture
german.Picture=Bild
english.Comment=Paint, with a diffusion model as one of the brushes
german.Comment=Malen, mit einem Diffusionsmodell als einem der Pinsel

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked

[Files]
Source: "{#Binary}"; DestDir: "{app}"; DestName: "scumble.exe"; Flags: ignoreversion
Source: "..\..\README.md"; DestDir: "{app}"; Flags: ignoreversion
Source: "..\..\LICENSE"; DestDir: "{app}"; Flags: ignoreversion
Source: "..\..\assets\icons\LICENSE-Phosphor"; DestDir: "{app}"; Flags: ignoreversion

[Icons]
Name: "{autoprograms}\Scumble"; Filename: "{app}\scumble.exe"; Comment: "{cm:Comment}"; AppUserModelID: "org.scumble.Scumble"
Name: "{autodesktop}\Scumble"; Filename: "{app}\scumble.exe"; Comment: "{cm:Comment}"; AppUserModelID: "org.scumble.Scumble"; Tasks: desktopicon

; HKA: the machine or the user, whichever is installed for. Everything goes with the program, and nobody else's
; association is overwritten: Scumble opens .ora if nothing did, and is offered under "Open with" for the others.
[Registry]
Root: HKA; Subkey: "Software\Classes\Scumble.OpenRaster"; ValueType: string; ValueData: "{cm:OpenRaster}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Scumble.OpenRaster\DefaultIcon"; ValueType: string; ValueData: "{app}\scumble.exe,0"
Root: HKA; Subkey: "Software\Classes\Scumble.OpenRaster\shell\open\command"; ValueType: string; ValueData: """{app}\scumble.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Scumble.Picture"; ValueType: string; ValueData: "{cm:Picture}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Scumble.Picture\DefaultIcon"; ValueType: string; ValueData: "{app}\scumble.exe,0"
Root: HKA; Subkey: "Software\Classes\Scumble.Picture\shell\open\command"; ValueType: string; ValueData: """{app}\scumble.exe"" ""%1"""

Root: HKA; Subkey: "Software\Classes\.ora"; ValueType: string; ValueData: "Scumble.OpenRaster"; Flags: createvalueifdoesntexist
Root: HKA; Subkey: "Software\Classes\.ora"; ValueType: string; ValueName: "Content Type"; ValueData: "image/openraster"; Flags: createvalueifdoesntexist
Root: HKA; Subkey: "Software\Classes\.ora\OpenWithProgids"; ValueType: string; ValueName: "Scumble.OpenRaster"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.png\OpenWithProgids"; ValueType: string; ValueName: "Scumble.Picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jpg\OpenWithProgids"; ValueType: string; ValueName: "Scumble.Picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jpeg\OpenWithProgids"; ValueType: string; ValueName: "Scumble.Picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.webp\OpenWithProgids"; ValueType: string; ValueName: "Scumble.Picture"; ValueData: ""; Flags: uninsdeletevalue

Root: HKA; Subkey: "Software\Classes\Applications\scumble.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "Scumble"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\scumble.exe\shell\open\command"; ValueType: string; ValueData: """{app}\scumble.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Applications\scumble.exe\SupportedTypes"; ValueType: string; ValueName: ".ora"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\scumble.exe\SupportedTypes"; ValueType: string; ValueName: ".png"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\scumble.exe\SupportedTypes"; ValueType: string; ValueName: ".jpg"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\scumble.exe\SupportedTypes"; ValueType: string; ValueName: ".jpeg"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\scumble.exe\SupportedTypes"; ValueType: string; ValueName: ".webp"; ValueData: ""

; scumble in the Run box and for ShellExecute.
Root: HKA; Subkey: "Software\Microsoft\Windows\CurrentVersion\App Paths\scumble.exe"; ValueType: string; ValueData: "{app}\scumble.exe"; Flags: uninsdeletekey

[Run]
Filename: "{app}\scumble.exe"; Description: "{cm:LaunchProgram,Scumble}"; Flags: nowait postinstall skipifsilent
