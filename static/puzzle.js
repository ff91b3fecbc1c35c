/* Finds the number the page asks for, so that nobody has to wait; what fails leaves the question standing. ES5 for old WebViews. */
(function(d){"use strict";
var f=d.querySelector("form[data-target]"),H=[],K=[],goal=[],p=2,q,i,n=0,end=new Date().getTime()+6e3;
if(!f||!f.elements.work)return;
var salt=f.getAttribute("data-salt"),most=+f.getAttribute("data-most"),target=f.getAttribute("data-target");
function part(x){return(x-Math.floor(x))*4294967296|0}
for(;K.length<64;p++){
for(q=2;q*q<=p&&p%q;q++);
if(q*q>p){if(H.length<8)H.push(part(Math.sqrt(p)));K.push(part(Math.pow(p,1/3)))}}
for(i=0;i<8;i++)goal[i]=parseInt(target.substr(8*i,8),16)|0;
function turn(x,n){return x>>>n|x<<32-n}
function fits(s){
var w=[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,8*s.length],i,t,u,a=H[0],b=H[1],c=H[2],e=H[3],g=H[4],h=H[5],j=H[6],k=H[7];
for(i=0;i<s.length;i++)w[i>>2]|=s.charCodeAt(i)<<24-8*(i%4);
w[i>>2]|=128<<24-8*(i%4);
for(i=0;i<64;i++){
if(i>15){t=w[i-15];u=w[i-2];w[i]=w[i-16]+(turn(t,7)^turn(t,18)^t>>>3)+w[i-7]+(turn(u,17)^turn(u,19)^u>>>10)|0}
t=k+(turn(g,6)^turn(g,11)^turn(g,25))+(g&h^~g&j)+K[i]+w[i]|0;
u=(turn(a,2)^turn(a,13)^turn(a,22))+(a&b^a&c^b&c)|0;
k=j;j=h;h=g;g=e+t|0;e=c;c=b;b=a;a=t+u|0}
return(a+H[0]|0)==goal[0]&&(b+H[1]|0)==goal[1]}
function show(working){
f.querySelector("[data-working]").hidden=!working;
f.querySelector("[data-question]").hidden=working}
function look(){
var until=new Date().getTime()+40;
while(n<most){
if(fits(salt+n)){f.elements.work.value=n;if(f.fill)f.fill();f.submit();return}
if(++n%200==0&&new Date().getTime()>until){if(until<end){setTimeout(look,0);return}break}}
show(false)}
if(!f.elements.total.value){show(true);setTimeout(look,0)}
})(document);
